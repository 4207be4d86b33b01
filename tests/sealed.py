"""Runs a Python program that dies the moment it, or a library in it, opens an internet socket.

    python tests/sealed.py PROGRAM [ARGUMENT ...]

Linux only: a seccomp filter, see seccomp(2), kills the process on `socket(AF_INET or AF_INET6)`,
so that connections of native code count as well as those of Python.
"""

import ctypes
import platform
import runpy
import signal
import struct
import sys

KILLED = -signal.SIGSYS if hasattr(signal, "SIGSYS") else None

_SOCKET_CALL = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF opcodes: ld [k], jeq #k, ret #k
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_AF_INET, _AF_INET6 = 2, 10
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2


def can_seal() -> bool:
    """Whether this system and processor are ones the filter is written for."""
    return sys.platform == "linux" and platform.machine() in _SOCKET_CALL


def seal() -> None:
    """From here on an internet socket ends this process and its children with SIGSYS."""
    architecture, socket_call = _SOCKET_CALL[platform.machine()]
    program = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_JUMP_EQUAL, 0, 5, architecture),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_JUMP_EQUAL, 0, 3, socket_call),
        (_LOAD, 0, 0, 16),  # seccomp_data.args[0], low half
        (_JUMP_EQUAL, 2, 0, _AF_INET),
        (_JUMP_EQUAL, 1, 0, _AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
    if libc.prctl(_SET_SECCOMP, _MODE_FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


if __name__ == "__main__":
    seal()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
