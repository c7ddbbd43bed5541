"""List the suites."""

from tests.acceptance import suites

if __name__ == "__main__":
    for name, said in suites().items():
        print(f"{name:20} {said}")
    print("\nRun one with: make acceptance SUITE=name")
