"""The tree of errors. Each class has a stable code; the API maps codes to statuses.

StoryarnError
├── NotFoundError             not-found
├── ForbiddenError            forbidden
├── ConflictError             conflict
│   ├── ExportNotReadyError   export-not-ready
│   ├── NotCancellableError   not-cancellable
│   ├── PreviewStaleError     preview-stale
│   ├── AlreadyExecutedError  already-executed
│   ├── ImportNotReadyError   import-not-ready
│   ├── ImportExpiredError    import-expired
│   ├── ExportExpiredError    export-expired
│   └── AssetDamagedError     asset-damaged
├── InvalidRequestError       invalid-request
│   ├── UnknownFormatError    unknown-format
│   ├── InvalidOptionsError   invalid-options
│   ├── ExportTooLargeError   export-too-large
│   ├── UnrepresentableTextError unrepresentable-text
│   ├── UploadError           bad-upload
│   ├── AssetTooLargeError    asset-too-large
│   ├── AssetMismatchError    asset-mismatch
│   └── IdempotencyKeyReusedError idempotency-key-reused
├── DocumentError             one code for each way a file can be broken
├── RunError                  an attempt at a job ended badly
│   ├── CountMismatchError    count-mismatch
│   ├── SupersededError       superseded
│   ├── ValidationFailedError  validation-failed
│   ├── UndoExportError       undo-export-failed
│   ├── ProjectBusyError      project-busy (retryable)
│   ├── WorkerDiedError       worker-died
│   ├── VerificationTimeoutError  verification-timeout
│   └── StorageError          storage-error (retryable)
│       ├── UploadLostError   storage-error: what was stored before is gone
│       └── StorageRefusedError  storage-error: trying again changes nothing
└── ServiceUnavailableError   service-unavailable (retryable)
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from storyarn_export.domain.imports import Preview


class StoryarnError(Exception):
    """Anything the service says went wrong.

    Args:
        message: one sentence for the person who asked.
        hint: what they can do about it.
        extra: fields of their own that the answer carries.
    """

    code: ClassVar[str] = "internal-error"
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, hint: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.extra = dict(extra or {})


class NotFoundError(StoryarnError):
    """There is no such thing, or the caller may not know of it."""

    code = "not-found"


class ForbiddenError(StoryarnError):
    """The caller may see it, but not do this."""

    code = "forbidden"


class ConflictError(StoryarnError):
    """The request does not fit the present state."""

    code = "conflict"


class ExportNotReadyError(ConflictError):
    """The file does not exist yet."""

    code = "export-not-ready"


class ExportExpiredError(ConflictError):
    """The file existed and has been removed."""

    code = "export-expired"


class AssetDamagedError(ConflictError):
    """The stored bytes of an asset are not those that it was given, or those of very many are gone."""

    code = "asset-damaged"


class NotCancellableError(ConflictError):
    """The job is over."""

    code = "not-cancellable"


class PreviewStaleError(ConflictError):
    """The project has changed since an import was previewed.

    Args:
        preview: what the import would meet now.
    """

    code = "preview-stale"

    def __init__(self, preview: Preview) -> None:
        super().__init__(
            "the project has changed since the preview in a way that touches this import",
            hint="look at the new preview, then execute again",
        )
        self.preview = preview


class AlreadyExecutedError(ConflictError):
    """The import has been executed, or is being executed."""

    code = "already-executed"


class ImportNotReadyError(ConflictError):
    """The file has not been read to its end yet."""

    code = "import-not-ready"


class ImportExpiredError(ConflictError):
    """Nobody has executed the import in time; its file is no longer kept."""

    code = "import-expired"


class InvalidRequestError(StoryarnError):
    """The request is understood and wrong; `extra["errors"]` may list `{path, message}`."""

    code = "invalid-request"


class UnknownFormatError(InvalidRequestError):
    """No such format is registered."""

    code = "unknown-format"


class InvalidOptionsError(InvalidRequestError):
    """An option has a wrong value, or names something that is not in the project."""

    code = "invalid-options"


class ExportTooLargeError(InvalidRequestError):
    """More entities than a request may stream."""

    code = "export-too-large"


class UnrepresentableTextError(InvalidRequestError):
    """A text does not fit into the format that was asked for."""

    code = "unrepresentable-text"


class UploadError(InvalidRequestError):
    """A form does not hold exactly one file."""

    code = "bad-upload"


class IdempotencyKeyReusedError(InvalidRequestError):
    """A key that came with another request before."""

    code = "idempotency-key-reused"


class AssetTooLargeError(InvalidRequestError):
    """More bytes than an asset may have."""

    code = "asset-too-large"


class AssetMismatchError(InvalidRequestError):
    """Bytes are not what is said of them: their number, their digest, their type."""

    code = "asset-mismatch"


class DocumentError(StoryarnError):
    """A file cannot be read.

    Args:
        code: one of the codes of docs/problems.md, such as `invalid-json`.
        message: one sentence.
        path: JSON path of the fault, such as `$.flows[3].nodes[0].id`.
        offset: byte offset of the fault in the (decompressed) document, where the path says too little.
        hint: what to do about it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: str | None = None,
        offset: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, extra={"path": path, "offset": offset})
        self.document_code = code
        self.path = path
        self.offset = offset

    def __str__(self) -> str:
        """One line: code, place, message."""
        place = (
            self.path if self.path is not None else f"byte {self.offset}" if self.offset is not None else ""
        )
        return f"{self.document_code}{f' at {place}' if place else ''}: {self.message}"


class RunError(StoryarnError):
    """An attempt at a job ended badly."""

    code = "run-failed"


class CountMismatchError(RunError):
    """What was written is not what was counted."""

    code = "count-mismatch"


class SupersededError(RunError):
    """Another attempt, or a cancellation, has taken the job over; this one must stop without a trace."""

    code = "superseded"


class ValidationFailedError(RunError):
    """The project has errors, and the export was told to stop at those."""

    code = "validation-failed"


class UndoExportError(RunError):
    """The project could not be kept as it was before an import, so that nothing was imported."""

    code = "undo-export-failed"


class ProjectBusyError(RunError):
    """Another import into the project is not over."""

    code = "project-busy"
    retryable = True


class StorageError(RunError):
    """The artifact store did not take or give bytes."""

    code = "storage-error"
    retryable = True


class UploadLostError(StorageError):
    """What an earlier attempt had stored is not there any more; the file has to be begun anew."""


class StorageRefusedError(StorageError):
    """The artifact store refuses: rights, a bucket that is not there, a limit. Trying again changes nothing."""

    retryable = False


class WorkerDiedError(RunError):
    """The processes that ran the job died, as often as it may be tried."""

    code = "worker-died"


class VerificationTimeoutError(RunError):
    """A verification took longer than any may."""

    code = "verification-timeout"


class ServiceUnavailableError(StoryarnError):
    """Something the service stands on is away for the moment."""

    code = "service-unavailable"
    retryable = True
