"""The command line `invigil-agent`: run, replay, evaluate, inspect, selftest, cameras, microphones, doctor.

A command checks what it was given, calls one function and prints. Exit codes: 0 done, 1 some input was bad but the rest
was done, 2 nothing could be started. Heavy imports wait until a command needs them, so that --help is quick.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from agent.simulation.load import Rhythm
from contract.device import CameraConfig, FaceEngineChoice
from contract.wire import InvalidError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    help="Watches one exam booth: finds violations on this device and reports them to the hub.",
)

WeightsDir = Annotated[
    Path | None,
    typer.Option(
        "--weights-dir", help="Folder with the model weights; default: INVIGIL_WEIGHTS_DIR or models/weights."
    ),
]
FaceEngineOption = Annotated[
    FaceEngineChoice,
    typer.Option("--face-engine", help="Runtime of the face networks; auto takes the first that can run here."),
]


def die(message: object, code: int = 2) -> NoReturn:
    """One clear line on stderr instead of a traceback."""
    typer.echo(f"✗ {message}", err=True)
    raise typer.Exit(code)


def _say_version(asked: bool) -> None:
    if asked:
        from agent.config import agent_version

        typer.echo(agent_version())
        raise typer.Exit


@app.callback()
def _logging(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log details to stderr.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for noisy in ("absl", "matplotlib", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@app.command(epilog="Example: invigil-agent run --config /etc/invigil/device.toml")
def run(
    config: Annotated[Path, typer.Option("--config", help="device.toml, as `invigil device enrol` wrote it.")],
) -> None:
    """Watch the booth's camera and report to the hub until stopped."""
    from contract.device import load_device_config

    settings = load_device_config(config)
    from agent.app import run as run_agent

    raise typer.Exit(run_agent(settings))


@app.command(epilog="Example: invigil-agent replay session.mp4 --profile strict --events events/")
def replay(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Video files to look at.")],
    events: Annotated[Path, typer.Option("--events", help="Folder for one <stem>.jsonl per video.")],
    profile: Annotated[str, typer.Option("--profile", help="Rule profile: strict, standard or lenient.")] = "strict",
    realtime: Annotated[bool, typer.Option("--realtime", help="At the video's own pace instead of fast.")] = False,
    draw: Annotated[Path | None, typer.Option("--draw", help="Folder for copies with the findings drawn in.")] = None,
    no_speech: Annotated[bool, typer.Option("--no-speech", help="Listen as well: speaking is forbidden.")] = False,
    weights_dir: WeightsDir = None,
    face_engine: FaceEngineOption = "auto",
) -> None:
    """Run the same detectors and rules over video files and write the violations found."""
    from agent.replay import replay_files

    raise typer.Exit(
        replay_files(
            videos,
            profile=profile,
            events_dir=events,
            realtime=realtime,
            weights_dir=weights_dir,
            draw_dir=draw,
            face_engine=face_engine,
            no_speech=no_speech,
        )
    )


@app.command(epilog="Example: invigil-agent evaluate footage/labels.json --out evaluation/")
def evaluate(
    labels: Annotated[list[Path], typer.Argument(metavar="LABELS...", help="Label files (docs/accuracy.md).")],
    profile: Annotated[str, typer.Option("--profile", help="Rule profile: strict, standard or lenient.")] = "strict",
    events: Annotated[Path | None, typer.Option("--events", help="Folder for one <id>.jsonl per video.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for index.html, plots and pictures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    face_engine: FaceEngineOption = "auto",
    weights_dir: WeightsDir = None,
) -> None:
    """Measure how well each rule does on footage that you have labelled."""
    from agent.evaluate import evaluate_files

    raise typer.Exit(
        evaluate_files(
            labels,
            profile=profile,
            events_dir=events,
            out_dir=out,
            as_json=as_json,
            weights_dir=weights_dir,
            face_engine=face_engine,
        )
    )


@app.command(epilog="Example: invigil-agent inspect photo.jpg --draw out/ --json")
def inspect(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pictures to look at.")],
    draw: Annotated[Path | None, typer.Option("--draw", help="Folder for copies with the findings drawn in.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per picture and line.")] = False,
    profile: Annotated[str, typer.Option("--profile", help="Thresholds of this rule profile.")] = "strict",
    weights_dir: WeightsDir = None,
    face_engine: FaceEngineOption = "auto",
) -> None:
    """Say what the detectors find in single pictures."""
    from agent.inspect import inspect_files

    raise typer.Exit(
        inspect_files(
            images,
            draw_dir=draw,
            as_json=as_json,
            profile=profile,
            weights_dir=weights_dir,
            face_engine=face_engine,
        )
    )


@app.command(epilog="Example: invigil-agent simulate booths/ --events-hz 0.5 --rhythm bursts --seconds 60")
def simulate(
    folder: Annotated[Path, typer.Argument(help="Folder of enrolled devices' folders, each with a device.toml.")],
    seconds: Annotated[float, typer.Option("--seconds", help="How long things happen.", min=0, max=86_400)] = 60,
    events_hz: Annotated[float, typer.Option("--events-hz", help="Events a second of each booth.", min=0)] = 0.2,
    rhythm: Annotated[Rhythm, typer.Option("--rhythm", help="How they are spread over time.")] = "random",
    burst: Annotated[int, typer.Option("--burst", help="Events at once in bursts.", min=1, max=1000)] = 20,
    backlog: Annotated[int, typer.Option("--backlog", help="Events a booth has before it connects.", min=0)] = 0,
    pictures: Annotated[float, typer.Option("--pictures", help="Share of violations with one.", min=0, max=1)] = 0,
    picture_bytes: Annotated[int, typer.Option("--picture-bytes", help="Size of each.", min=2_000)] = 60_000,
    cut_every: Annotated[float, typer.Option("--cut-every", help="Mean seconds between lost links; 0: never.")] = 0,
    drain: Annotated[float, typer.Option("--drain", help="Seconds for the hub to take all at the end.")] = 60,
    share: Annotated[str, typer.Option("--share", help="K/N: the Kth of N parts of the folders.")] = "1/1",
    seed: Annotated[int, typer.Option("--seed", help="The same seed lets the same things happen.")] = 1,
    report: Annotated[Path | None, typer.Option("--report", help="File for a line a second; else stdout.")] = None,
    journal: Annotated[Path | None, typer.Option("--journal", help="File for the id of each violation.")] = None,
) -> None:
    """Be many booths without cameras, for load: real certificates, outboxes and chains, invented violations."""
    from agent.simulation.run import simulate as run_simulation

    raise typer.Exit(
        run_simulation(
            folder,
            {
                "events_hz": events_hz,
                "rhythm": rhythm,
                "burst": burst,
                "backlog": backlog,
                "picture_share": pictures,
                "picture_bytes": picture_bytes,
                "cut_every_s": cut_every,
            },
            seconds=seconds,
            drain_s=drain,
            share=share,
            seed=seed,
            report=report,
            journal=journal,
        )
    )


@app.command(hidden=True)
def judge(
    clip: Annotated[Path, typer.Argument(help="A video file.")],
    profiles: Annotated[Path, typer.Argument(help="JSON array of rule profiles.")],
    try_id: Annotated[UUID, typer.Argument(help="What the states are called that are printed.")],
    weights_dir: WeightsDir = None,
    face_engine: FaceEngineOption = "auto",
) -> None:
    """Look at a clip for the agent that runs, which starts this as a process of its own."""
    from agent.tryouts.judge import judge_clip
    from agent.tryouts.tryouts import PROFILES

    judge_clip(clip, PROFILES.validate_json(profiles.read_bytes()), try_id, weights_dir, face_engine)


@app.command(epilog="Example: invigil-agent selftest --config /etc/invigil/device.toml --json")
def selftest(
    config: Annotated[Path | None, typer.Option("--config", help="device.toml, for where the weights lie.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Load everything the agent is made of and look at a drawn picture, without a camera.

    Exit code 1 where a part fails that is here; one whose weights are not here is off, and no failure.
    """
    from agent.selftest import self_test

    parts = self_test(config)
    if as_json:
        typer.echo(json.dumps({"parts": [part.as_dict() for part in parts]}))
    else:
        for part in parts:
            mark = {"ok": "✓", "off": "·", "failed": "✗"}[part.state]
            typer.echo(f"{mark} {part.name:<10} {part.took_ms:6.0f} ms  {part.reason}".rstrip())
    failed = [part for part in parts if part.state == "failed"]
    for part in failed if as_json else ():
        typer.echo(f"✗ {part.name}: {part.reason}", err=True)
    raise typer.Exit(1 if failed else 0)


CAMERAS_EPILOG = """\b
Examples: invigil-agent cameras --json
          invigil-agent cameras --kind v4l2 --source /dev/video0 --seconds 10 --picture camera.jpg"""


@app.command(epilog=CAMERAS_EPILOG)
def cameras(
    kind: Annotated[str, typer.Option("--kind", help="auto, v4l2, picamera2, gstreamer or replay: try this one.")] = "",
    source: Annotated[str, typer.Option("--source", help="As in device.toml.")] = "",
    fps: Annotated[int, typer.Option("--fps", help="Asked of the camera.", min=1, max=120)] = 15,
    seconds: Annotated[float, typer.Option("--seconds", help="Try one for so long.", min=0, max=3600)] = 0.0,
    picture: Annotated[Path | None, typer.Option("--picture", help="Write its last frame, as JPEG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the cameras of this device and whether each delivers a frame, or try one. Exit code 1 when none does."""
    from agent.capture.probe import probe_cameras

    if kind or source or seconds or picture:
        wanted = CameraConfig.configure({"kind": kind or "auto", "source": source, "fps": fps})
        _try_camera(wanted, seconds, picture, as_json)
        return
    found = probe_cameras()
    if as_json:
        typer.echo(json.dumps([camera.as_dict() for camera in found]))
    else:
        for camera in found:
            typer.echo(f"{'✓' if camera.delivers else '✗'} {camera.kind:<9} {camera.source:<14} {camera.detail}")
        if not found:
            typer.echo("no camera found; plug one in, or replay a file with: invigil-agent replay VIDEO", err=True)
    raise typer.Exit(0 if any(camera.delivers for camera in found) else 1)


def _try_camera(config: CameraConfig, seconds: float, picture: Path | None, as_json: bool) -> None:
    from agent.capture.camera import CameraError
    from agent.capture.trial import try_camera

    try:
        tried = try_camera(config, seconds, picture)
    except CameraError as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(tried.as_dict()))
    else:
        typer.echo(f"✓ {tried.camera}: {tried.width} x {tried.height}, {tried.frames} frames, {tried.fps:.1f} fps")


@app.command(epilog="Example: invigil-agent microphones --json")
def microphones(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """List the microphones of this device and whether each delivers sound. Exit code 1 when none does."""
    from agent.capture.microphones import probe_microphones

    found = probe_microphones()
    if as_json:
        typer.echo(json.dumps([microphone.as_dict() for microphone in found]))
    else:
        for microphone in found:
            typer.echo(f"{'✓' if microphone.delivers else '✗'} {microphone.source:<14} {microphone.detail}")
        if not found:
            typer.echo("no microphone found: no sound card of this device has an input", err=True)
    raise typer.Exit(0 if any(microphone.delivers for microphone in found) else 1)


DOCTOR_EPILOG = """\b
Examples: invigil-agent doctor
          invigil-agent doctor --only camera --only light --json
          sudo invigil-agent doctor --fix

\b
Works while the agent runs, which is asked for what it holds, and while it does not.
Exit codes: 0 all well · 1 something failed · 3 there are warnings only · 2 the command line was not understood.
What nobody can tell on this board changes nothing."""


@app.command(epilog=DOCTOR_EPILOG)
def doctor(
    config: Annotated[Path, typer.Option("--config", help="The device's settings.")] = Path("/etc/invigil/device.toml"),
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="This check; repeatable.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend, and say what was done.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Only say what there is to look at.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Look this device over: camera, light, networks, clock, certificate, disk, power and what waits for the hub."""
    from agent.doctor.command import examine_by_hand, list_checks

    logging.getLogger().setLevel(logging.ERROR)  # what the parts say on the way is in the findings
    if listed:
        raise typer.Exit(list_checks(only or [], as_json=as_json))
    raise typer.Exit(examine_by_hand(config, only or [], mend=fix, as_json=as_json))


@app.command(hidden=True)
def speed(weights_dir: WeightsDir = None, face_engine: FaceEngineOption = "auto") -> None:
    """Time the networks for the doctor, which starts this as a process of its own."""
    from agent.doctor.speed import measure, print_speeds

    print_speeds(measure(weights_dir, face_engine))


def main() -> None:
    """Entry point of `invigil-agent`."""
    try:
        app()
    except InvalidError as error:
        typer.echo(f"✗ {error}", err=True)
        sys.exit(2)
    except ImportError as error:
        if "cannot open shared object file" not in str(error):
            raise
        typer.echo(f"✗ {error}\n  → on Debian and Raspberry Pi OS: sudo apt install libgl1 libglib2.0-0", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
