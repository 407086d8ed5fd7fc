"""Films decoded exactly: every frame has its number, in whatever order frames are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import DataMissing, FormatError
from .frame_index import FrameIndex

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Formats that are one film in one file. Playlists and the like (concat, hls, dash, image2, sdp …) name other files or hosts.
DEMUXERS = (
    "amv,apng,asf,av1,avi,dv,flv,gif,h261,h263,h264,hevc,ivf,m4v,matroska,webm,mjpeg,mov,mp4,m4a,3gp,3g2,mj2,"
    "mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,vc1,webp_anim,wtv,yuv4mpegpipe"
)
MOST_PIXELS = 2**26  # of one frame: 8192×8192


def open_film(path: Path) -> tuple[InputContainer, VideoStream]:
    """Gives the container and the film in it: `DataMissing` without a file, `FormatError` without a film in it."""
    import av  # noqa: PLC0415 - loaded where a video is read, not with the workbench

    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        msg = f"{path}, {what} (a video file was wanted); give the path of one, or the number of a camera."
        raise DataMissing(msg)
    limits = {"protocol_whitelist": "file", "format_whitelist": DEMUXERS, "max_pixels": str(MOST_PIXELS)}
    try:
        container = av.open(str(path.resolve()), options=limits, metadata_errors="replace")
    except av.FFmpegError as error:
        msg = f"{path}, is not a video that can be read ({error.strerror}); give an .avi, .mp4, .mkv, .webm, .gif …"
        raise FormatError(msg) from error
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context is None:
        container.close()
        msg = f"{path}, holds no video{'' if stream is None else ' of a known codec'}; give another file, or convert it."
        raise FormatError(msg)
    stream.thread_type = "AUTO"
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return container, stream


def decoded(container: InputContainer, stream: VideoStream, path: Path) -> Iterator[VideoFrame]:
    """Gives the frames that decode, in order of presentation; a damaged packet is passed over, as players do."""
    from av import FFmpegError  # noqa: PLC0415 - as in open_film

    try:
        for packet in container.demux(stream):
            if packet.size == 0 and packet.dts is not None:  # an empty packet would tell the decoder that all is over
                continue
            try:
                yield from packet.decode()
            except FFmpegError:
                continue
    except FFmpegError as error:
        if isinstance(error, OSError):
            msg = f"{path}, could not be read to its end ({error.strerror}); mend the disk, or copy the file."
            raise FormatError(msg) from error


class Decoder:
    """A film open at one frame, which it holds; `frame(number)` gives any other, going forward by decoding on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()
        self.index = FrameIndex.of(path)

    def _open(self) -> None:
        self._container, self._stream = open_film(self._path)
        self._restart()

    def _restart(self) -> None:
        self._number = -1
        self._held: VideoFrame | None = None
        self._frames = decoded(self._container, self._stream, self._path)

    @property
    def rate(self) -> Fraction | None:
        """Frames per second as the file tells them, on average."""
        return self._stream.average_rate or self._stream.guessed_rate

    def frame(self, number: int) -> VideoFrame | None:
        """Gives a frame, or None past the end."""
        if self.index.count is not None and number >= self.index.count:
            return None
        self._approach(number)
        if not self._forward(number):
            self.index.seekable = False
            self.close()
            self._open()
            if not self._forward(number):
                fault = f"{self._path}: frame {self._number} differs from when it was first read"
                msg = f"{fault} (the film is damaged, or the file changed); copy or convert it."
                raise FormatError(msg)
        return self._held if self._number == number else None

    def _approach(self, number: int) -> None:
        """Stays, seeks or begins anew: whichever makes the way to `number` shortest."""
        start = self.index.start_for(number)
        if start <= self._number + 1 and self._number <= number:
            return
        if start == 0 or not self._seek(start):
            self.close()
            self._open()

    def _seek(self, start: int) -> bool:
        from av import FFmpegError  # noqa: PLC0415 - as in open_film

        pts = self.index.pts(start)
        self._restart()
        try:
            self._container.seek(pts, stream=self._stream)
            found = next((frame for frame in self._frames if frame.pts is None or frame.pts >= pts), None)
        except FFmpegError:
            found = None
        self.index.seekable = found is not None and self._hold(start, found)
        return self.index.seekable

    def _forward(self, number: int) -> bool:
        """Decodes on until `number` or the end; False where a frame is not the known one."""
        while self._number < number:
            frame = next(self._frames, None)
            if frame is None:
                return self.index.ends_at(self._number + 1)
            if not self._hold(self._number + 1, frame):
                return False
        return True

    def _hold(self, number: int, frame: VideoFrame) -> bool:
        self._number, self._held = number, frame
        return self.index.agrees(number, frame)

    def close(self) -> None:
        """Gives back the file and the decoder's threads."""
        self._frames, self._held = iter(()), None
        self._container.close()
        del self._stream
