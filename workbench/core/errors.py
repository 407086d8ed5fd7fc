"""Every error of the workbench, on one page.

All say: *what = got, is not what was wanted (meaning); how to mend it.*

    WorkbenchError
    ├── KnobError     also ValueError         a parameter or a frame number outside its range
    ├── ShapeError    also ValueError         an array that cannot be a block of frames
    ├── EndOfStream   also EOFError           frames past a known end, or no longer kept
    ├── SeekError     also OSError            a live source asked for another time than now
    ├── FormatError   also ValueError         a file that is not what its name or header says
    ├── CodecError    also ValueError         a codec, container or size that cannot be written
    ├── DataMissing   also FileNotFoundError  a file or data set that is not there
    ├── ExtraMissing  also ImportError        a package that this part needs
    ├── RecipeError   also ValueError         a recipe that cannot be written, or built
    └── SinkError     also TypeError          `put` on a stream that takes no frames

    ClippedWarning (a UserWarning): pixel values were outside what a file can hold, and were clipped
    DarkWarning (a UserWarning): a film is so dark that its values are probably in another range
"""


class WorkbenchError(Exception):
    """The root: catch it to catch everything the workbench raises by name."""


class KnobError(WorkbenchError, ValueError):
    """A parameter, frame number or count outside what it may be."""


class ShapeError(WorkbenchError, ValueError):
    """An array that is no block `[batch, channel, time, height, width]` and cannot be read as one."""


class EndOfStream(WorkbenchError, EOFError):  # noqa: N818 - named as EOFError's kin: the end is news, not a fault
    """Frames were asked for past the end of a film, or frames that are no longer kept."""


class SeekError(WorkbenchError, OSError):
    """A live source has no other time than now."""


class FormatError(WorkbenchError, ValueError):
    """A file whose bytes are not what its name or header says; names the file and the place."""


class CodecError(WorkbenchError, ValueError):
    """A codec, container or frame size that cannot be written; lists what works."""


class DataMissing(WorkbenchError, FileNotFoundError):  # noqa: N818 - says what is wrong better than ...Error would
    """A file or data set that is not there; says the command that fetches it."""


class ExtraMissing(WorkbenchError, ImportError):  # noqa: N818 - as DataMissing
    """A package that this part needs is not installed; says the command that installs it."""


class RecipeError(WorkbenchError, ValueError):
    """A recipe that cannot be written as JSON, or built from it."""


class SinkError(WorkbenchError, TypeError):
    """`put` was called on a stream that takes no frames."""


class ClippedWarning(UserWarning):
    """Pixel values were outside what a file can hold; says how many were clipped."""


class DarkWarning(UserWarning):
    """A film is so dark that its values are probably in another range than the model or file expects."""
