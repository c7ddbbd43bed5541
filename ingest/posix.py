"""What Linux and macOS give and Windows does not, each with what it is for: a port to Windows is this module.

Elsewhere in the project a path is a path. Locks are not here: `filelock` has them for each system. The modes
that `mkdir` and `open` are given as they make something mean nothing on Windows: there the restricted zone
and the key need an access list, from `close_to_others`, which what is made below them takes on.
"""

import errno
import fcntl
import os
import pwd
import resource
import signal
import stat
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# never a link, which leads elsewhere; never waiting, as a pipe does; not handed to what we start
PLAIN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
STOPPING = {signal.SIGTERM, signal.SIGINT}
OTHERS = 0o077


# files and folders


def open_plain(path: Path) -> int:
    """A handle to read what a path itself names, whatever it is; `is_plain` tells. Raises OSError."""
    return os.open(path, os.O_RDONLY | PLAIN)


def make_plain(path: Path, mode: int) -> int:
    """A handle to write a file that was not there, through nobody's link. Raises FileExistsError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)


def is_plain(about: os.stat_result) -> bool:
    """Whether it is a file: no folder, pipe or device."""
    return stat.S_ISREG(about.st_mode)


def is_written_now(handle: int) -> bool:
    """Whether another process of this machine has the file open to write: then a lease is refused.

    Linux alone has leases. Elsewhere, and on a file system without them, nobody can tell, and a file that
    changes while it is read is found by its size and time.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False


def take_name(aside: Path, target: Path) -> None:
    """Give what is whole its name, and never over another: a rename would. Raises FileExistsError."""
    os.link(aside, target)


def point(link: Path, to: Path, aside: Path) -> None:
    """Point a link anew in one step, so that whoever follows it is never without an end."""
    aside.unlink(missing_ok=True)
    aside.symlink_to(to)
    aside.rename(link)


def on_disk(path: Path) -> None:
    """Wait until a file, or the list of a folder, is on the disk. Windows opens no folder for it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# who may read


def close_to_others() -> None:
    """What this process makes from here on its user alone may read; no core file holds the key."""
    os.umask(OTHERS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_mode(path: Path, mode: int) -> None:
    """Say who may read it, whatever `close_to_others` said before."""
    path.chmod(mode)


def mode_of(path: Path) -> int:
    """Who may do what with it, as chmod takes it."""
    return stat.S_IMODE(path.stat().st_mode)


def is_open_to_others(about: os.stat_result) -> bool:
    """Whether another user of this machine can read it."""
    return bool(about.st_mode & OTHERS)


def is_of_another(about: os.stat_result) -> bool:
    """Whether it belongs to neither this user nor root."""
    return about.st_uid not in (os.geteuid(), 0)


def account() -> str | None:
    """The account of this process by the system's own list: a variable can say any name. Or None."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number alone
        return None


def most_memory() -> int | None:
    """The bytes of addresses that this process may have; None where nothing says."""
    return _limit(resource.RLIMIT_AS)


def is_file_size_limited() -> bool:
    """Whether this process may write no more than so much into a file."""
    return _limit(resource.RLIMIT_FSIZE) is not None


def _limit(what: int) -> int | None:
    soft = resource.getrlimit(what)[0]
    return None if soft == resource.RLIM_INFINITY else soft


# processes


def start_group(command: Sequence[str], stdin: int) -> "subprocess.Popen[bytes]":
    """Start a command as the leader of a group of its own, which `end_group` ends with all that it starts."""
    return subprocess.Popen(command, stdin=stdin, process_group=0)


def end_group(leader: int = 0) -> None:
    """Kill a group, or our own: nobody of it outlives it."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def outlives_its_terminal() -> bool:
    """Whether `nohup` or a session of our own (systemd, setsid) says that we go on without who started us."""
    return os.getsid(0) == os.getpid() or signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def hear(hangs_up: bool) -> set[signal.Signals]:
    """From here on the signals that stop us wait until `heard` asks, the terminal's end among them or not."""
    signals = STOPPING | ({signal.SIGHUP} if hangs_up else set())
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    return signals


def heard(signals: set[signal.Signals], seconds: float) -> bool:
    """Whether one of them comes within so many seconds."""
    return signal.sigtimedwait(signals, seconds) is not None


def speak_to(handle: int) -> int:
    """Have each signal's number written to a pipe, and say which it was before. Windows takes a socket."""
    return signal.set_wakeup_fd(handle, warn_on_full_buffer=False)
