"""Parts of a zip or workbook: unpacked no further than each says, and refused a name that leads out."""

import struct
import zipfile
import zlib

from ingest.contracts.findings import RejectedFileError


def check_name(name: str) -> None:
    """Refuse a part whose name leads outside its container. Raises RejectedFileError."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\x00" in name:
        raise RejectedFileError("a part of it has a name that leads outside it")


def unpack(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one part, and no further than the size it states. Raises RejectedFileError."""
    at = entry.header_offset
    if data[at : at + 4] != b"PK\x03\x04" or entry.flag_bits & 1:
        raise RejectedFileError("it is damaged or encrypted; send it again without a password")
    name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
    begin = at + 30 + name_length + extra_length
    packed = memoryview(data)[begin : begin + entry.compress_size]
    if len(packed) < entry.compress_size:
        raise RejectedFileError("it breaks off; send it again")
    if entry.compress_type == zipfile.ZIP_STORED:
        return bytes(packed)
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise RejectedFileError("it is packed in a way that workbooks are not; save it again in Excel")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        part = unpacker.decompress(packed, entry.file_size + 1)
    except zlib.error:
        raise RejectedFileError("it is damaged; send it again") from None
    if len(part) <= entry.file_size and not unpacker.eof:
        raise RejectedFileError("it breaks off; send it again")
    return part
