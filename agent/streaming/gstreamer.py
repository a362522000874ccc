"""Encoders that GStreamer drives: `nvv4l2h264enc`, the hardware of Jetsons that have one.

GStreamer and its Python binding come from the system (`apt install python3-gi gir1.2-gst-plugins-base-1.0`), so the
virtual environment must see the system's packages. Tried with `x264enc` in the hardware's place; the hardware's own
element and its properties are from NVIDIA's documentation and untried.
"""

from typing import Any, Final

from agent.errors import DetectorError
from agent.frame import Frame
from agent.streaming.encoder import KEYFRAME_EVERY_S, EncoderSettings, FrameRate, Underway, fit, planes
from agent.streaming.h264 import EncodedFrame, ParameterSets

HARDWARE: Final = "nvv4l2h264enc"
SOFTWARE: Final = "x264enc"
"""Not chosen by itself, as libx264 needs no GStreamer; by it the way through GStreamer can be tried on any machine."""
_ELEMENTS: Final = {
    HARDWARE: "nvvidconv ! video/x-raw(memory:NVMM),format=NV12 ! nvv4l2h264enc name=encoder bitrate={bps} "
    "control-rate=1 profile=0 preset-level=1 num-B-Frames=0 insert-sps-pps=true iframeinterval={every} "
    "idrinterval={every} maxperf-enable=true",
    SOFTWARE: "x264enc name=encoder bitrate={kbps} tune=zerolatency speed-preset=veryfast key-int-max={every} "
    "threads=1",
}
_MORE_CAPS: Final = {HARDWARE: "", SOFTWARE: ",profile=constrained-baseline"}
_PIPELINE: Final = (
    'appsrc name=source is-live=true format=time caps="video/x-raw,format=I420,width={width},height={height},'
    'framerate={fps}/1" ! {element} ! video/x-h264,stream-format=byte-stream,alignment=au{more} '
    "! appsink name=sink sync=false max-buffers=8"
)
WAIT_NS: Final = 200_000_000
"""For a picture to come out; a hardware encoder that takes longer has more than one under way."""
STALL_FRAMES: Final = 30
"""So many went in since one came out: it does not work."""


def load() -> Any:
    """The `Gst` namespace, initialised; raises `DetectorError` that says what to install."""
    try:
        import gi

        gi.require_version("Gst", "1.0")
        gi.require_version("GstApp", "1.0")
        from gi.repository import Gst, GstApp
    except (ImportError, ValueError) as error:
        hint = "apt install python3-gi gir1.2-gst-plugins-base-1.0, in an environment that sees system packages"
        raise DetectorError(f"GStreamer's Python binding is not here; {hint}") from error
    del GstApp  # its import alone gives appsrc and appsink their methods
    Gst.init(None)
    return Gst


def present() -> bool:
    """Whether GStreamer is here and knows the hardware's element."""
    try:
        return load().ElementFactory.find(HARDWARE) is not None
    except DetectorError:
        return False


class GStreamerEncoder:
    """One pipeline for each size and rate of pictures."""

    def __init__(self, settings: EncoderSettings, element: str = HARDWARE) -> None:
        self.name = f"GStreamer {element}"
        self._gst, self._settings, self._element = load(), settings, element
        if self._gst.ElementFactory.find(element) is None:
            raise DetectorError(f"{self.name}: this device has no such element")
        self._rate = FrameRate(settings.max_fps)
        self._pipeline: Any = None
        self._size_wh = (0, 0)
        self._last_s = float("-inf")
        self._waiting = 0
        self._underway, self._headers = Underway(), ParameterSets()

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        size_wh = fit(frame.frame_wh, self._settings.box_wh)
        if frame.captured_s <= self._last_s or size_wh != self._size_wh or self._rate.off(frame.captured_s):
            self.close()
        if self._pipeline is None:
            self._open(size_wh)
        elif keyframe:
            self._force()
        self._push(frame)
        self._last_s = frame.captured_s
        found: list[EncodedFrame] = []
        while (sample := self._sink.try_pull_sample(0 if found else WAIT_NS)) is not None:
            if (done := self._done(sample)) is not None:
                found.append(done)
        self._waiting = 0 if found else self._waiting + 1
        if self._waiting > STALL_FRAMES:
            raise DetectorError(f"{self.name}: nothing comes out{self._complaint()}")
        return found

    def close(self) -> None:
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.set_state(self._gst.State.NULL)
        self._last_s = float("-inf")
        self._underway, self._headers = Underway(), ParameterSets()

    def _open(self, size_wh: tuple[int, int]) -> None:
        settings, fps = self._settings, self._rate.fps
        element = _ELEMENTS[self._element].format(
            bps=settings.bitrate_bps, kbps=settings.bitrate_bps // 1000, every=KEYFRAME_EVERY_S * fps
        )
        width, height = size_wh
        text = _PIPELINE.format(element=element, width=width, height=height, fps=fps, more=_MORE_CAPS[self._element])
        try:
            pipeline = self._gst.parse_launch(text)
        except Exception as error:  # GLib.Error, which is not to be had before gi is
            raise DetectorError(f"{self.name}: {error}") from error
        self._pipeline, self._size_wh, self._waiting = pipeline, size_wh, 0
        self._source, self._sink = pipeline.get_by_name("source"), pipeline.get_by_name("sink")
        if pipeline.set_state(self._gst.State.PLAYING) == self._gst.StateChangeReturn.FAILURE:
            complaint = self._complaint()
            self.close()
            raise DetectorError(f"{self.name}: does not start{complaint}")

    def _push(self, frame: Frame) -> None:
        buffer = self._gst.Buffer.new_wrapped(planes(frame.image, self._size_wh).tobytes())
        buffer.pts = buffer.dts = round(frame.captured_s * self._gst.SECOND)
        self._underway.put(buffer.pts, frame)
        if self._source.push_buffer(buffer) != self._gst.FlowReturn.OK:
            raise DetectorError(f"{self.name}: takes no picture{self._complaint()}")

    def _force(self) -> None:
        """Every encoder of GStreamer heeds this event (`GstForceKeyUnit`)."""
        structure = self._gst.Structure.new_empty("GstForceKeyUnit")
        structure.set_value("all-headers", True)
        self._source.send_event(self._gst.Event.new_custom(self._gst.EventType.CUSTOM_DOWNSTREAM, structure))

    def _done(self, sample: Any) -> EncodedFrame | None:
        buffer = sample.get_buffer()
        keyframe = not buffer.has_flags(self._gst.BufferFlags.DELTA_UNIT)
        data = self._headers.complete(bytes(buffer.extract_dup(0, buffer.get_size())), keyframe=keyframe)
        # Running time is what went in; elements may shift the stamps themselves, as x264enc does by 1000 hours.
        frame = self._underway.take(sample.get_segment().to_running_time(self._gst.Format.TIME, buffer.pts))
        if frame is None:
            return None
        return EncodedFrame(data, keyframe, frame.captured_s, frame.wall_time, self._size_wh)

    def _complaint(self) -> str:
        """What the pipeline has said of an error."""
        message = self._pipeline.get_bus().pop_filtered(self._gst.MessageType.ERROR)
        return f": {message.parse_error()[0].message}" if message is not None else ""
