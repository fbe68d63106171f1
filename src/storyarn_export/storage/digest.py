"""A SHA-256 that can be put down and taken up by another process."""

import _hashlib
import ctypes
import hashlib
import platform
from base64 import b64decode, b64encode
from typing import Self

# SHA256_CTX of OpenSSL's libcrypto, in use since 0.9.8: 8 words of state, 2 of length, 16 of data, 2 counters.
CONTEXT_BYTES = 112
DIGEST_BYTES = 32


def _libcrypto() -> ctypes.CDLL | None:
    """The library that Python's own hashlib stands on; None where its functions cannot be reached."""
    try:
        library = ctypes.CDLL(_hashlib.__file__)
        library.SHA256_Init.argtypes = [ctypes.c_char_p]
        library.SHA256_Update.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t]
        library.SHA256_Final.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    except (AttributeError, OSError):
        return None
    return library


LIBCRYPTO = _libcrypto()
# A state means something only to the same layout of memory.
DIALECT = f"openssl-{platform.machine()}"


class ResumableSha256:
    """SHA-256 of a stream, as fast as hashlib's; the interpreter runs on while it is computed.

    Where Python's OpenSSL cannot be reached (static builds), `state` is None and the bytes have to be read again.
    """

    def __init__(self) -> None:
        self._context = ctypes.create_string_buffer(CONTEXT_BYTES)
        self._fallback = hashlib.sha256()
        if LIBCRYPTO is not None:
            LIBCRYPTO.SHA256_Init(self._context)

    @classmethod
    def from_state(cls, state: str | None) -> Self | None:
        """Take up what `state` gave; None if it means nothing here."""
        dialect, _, context = (state or "").partition(":")
        if LIBCRYPTO is None or dialect != DIALECT:
            return None
        raw = b64decode(context)
        if len(raw) != CONTEXT_BYTES:
            return None
        taken_up = cls()
        taken_up._context = ctypes.create_string_buffer(raw, CONTEXT_BYTES)
        return taken_up

    def update(self, data: bytes | memoryview) -> None:
        """Append bytes.

        Args:
            data: bytes, or a view of writable ones, which are not copied.
        """
        if LIBCRYPTO is None:
            self._fallback.update(data)
            return
        if not data:
            return
        # Where they lie; bytes are passed as they are. An array of their length would be a new class each time.
        place = ctypes.byref(ctypes.c_char.from_buffer(data)) if isinstance(data, memoryview) else data
        LIBCRYPTO.SHA256_Update(self._context, place, len(data))

    def hexdigest(self) -> str:
        """The digest of the bytes so far, lowercase hex."""
        if LIBCRYPTO is None:
            return self._fallback.hexdigest()
        # The last step spoils the context it is taken on.
        copy = ctypes.create_string_buffer(self._context.raw, CONTEXT_BYTES)
        digest = ctypes.create_string_buffer(DIGEST_BYTES)
        LIBCRYPTO.SHA256_Final(digest, copy)
        return digest.raw.hex()

    def state(self) -> str | None:
        """What `from_state` goes on from; None where it cannot be told."""
        if LIBCRYPTO is None:
            return None
        return f"{DIALECT}:{b64encode(self._context.raw).decode()}"
