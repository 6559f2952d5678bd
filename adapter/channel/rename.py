"""Rename a file to a name that must not exist yet, in one step.

`link` and `unlink` need two steps: a reader that takes the new name between them, and a crash at that
moment, would show the file twice. Linux renames without replacing in one system call.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import cache

_NO_REPLACE = 1
# What kernels and file systems (shares, mostly) answer that do not know the call or its flag.
_NOT_SUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})

_Call = Callable[[int, bytes, int, bytes, int], int]


def rename_new(old: str, new: str, *, old_folder: int, new_folder: int) -> None:
    """Rename between two open folders; raise FileExistsError when the new name is taken, OSError otherwise."""
    call = _renameat2()
    if call is not None:
        number = call(old_folder, os.fsencode(old), new_folder, os.fsencode(new), _NO_REPLACE)
        if number == 0:
            return
        if number not in _NOT_SUPPORTED:
            raise OSError(number, os.strerror(number))
    _look_then_rename(old, new, old_folder=old_folder, new_folder=new_folder)


def _look_then_rename(old: str, new: str, *, old_folder: int, new_folder: int) -> None:
    """Do the same in two steps; the gap between them only matters if others write into the same folder."""
    try:
        os.stat(new, dir_fd=new_folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


@cache
def _renameat2() -> _Call | None:
    """Return the C library's call, giving 0 or an error number; None where there is none."""
    import ctypes  # noqa: PLC0415 - only processes that deliver files pay for it

    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)

    def call(old_folder: int, old: bytes, new_folder: int, new: bytes, flags: int) -> int:
        return ctypes.get_errno() if function(old_folder, old, new_folder, new, flags) else 0

    return call
