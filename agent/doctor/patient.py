"""The device that the doctor looks at: its settings, what its agent says, and the files of its system."""

import threading
from pathlib import Path
from typing import Final

from agent.doctor.sight import Sight, look_through
from agent.status import AgentState, AgentStatus, hear_agent
from contract.device import DeviceConfig, load_device_config
from contract.manifest import default_weights_dir
from contract.wire import InvalidError

ROOT: Final = Path("/")


class Patient:
    """Read by many threads at once; what is costly is asked once, and the others wait for it.

    `agent` is `running` where one runs and speaks: it holds the camera, the microphone and the outbox, so it is asked
    and nothing is opened a second time. `inside` is true where it is the agent itself that asks.
    """

    def __init__(
        self,
        config: DeviceConfig | None,
        *,
        problem: str = "",
        path: Path | None = None,
        agent: AgentState = "absent",
        status: AgentStatus | None = None,
        inside: bool = False,
        measures: bool = True,
        root: Path = ROOT,
    ) -> None:
        """`problem`: why there is no configuration. `measures`: whether what takes the processor for seconds may run.
        `root`: where `proc`, `sys`, `run` and `opt` are looked for."""
        self._config, self.problem = config, problem
        self.path, self.agent, self.status, self.inside = path, agent, status, inside
        self.measures, self.root = measures, root
        self._sight: Sight | None = None
        self._looking = threading.Lock()

    @classmethod
    def at(cls, path: Path, root: Path = ROOT) -> "Patient":
        """The device that `device.toml` describes; one that cannot be read is a finding, not an error."""
        if path.exists() and not path.is_file():  # a pipe would have this wait for ever
            return cls(None, problem=f"{path} is not a file", path=path, root=root)
        try:
            config = load_device_config(path)
        except InvalidError as error:
            return cls(None, problem=str(error), path=path, root=root)
        agent, status = hear_agent(config.state_dir, root)
        return cls(config, path=path, agent=agent, status=status, root=root)

    @property
    def config(self) -> DeviceConfig:
        """Raises `InvalidError` where it cannot be read."""
        if self._config is None:
            raise InvalidError("device.toml cannot be read; see the check of the configuration")
        return self._config

    @property
    def exam_session_on(self) -> bool:
        return self.status is not None and self.status.exam_session_on

    @property
    def words(self) -> AgentStatus:
        """What the agent says now; raises `InvalidError` where it says nothing."""
        if self.status is None:
            silent = "the agent runs and says nothing" if self.agent == "silent" else "the agent does not run"
            raise InvalidError(f"{silent}, and nobody else knows")
        return self.status

    @property
    def weights_dir(self) -> Path:
        return self.config.weights_dir or default_weights_dir()

    def sight(self) -> Sight:
        """What the camera shows: of the agent that holds it, else through a look of our own. Raises `InvalidError`."""
        if self.agent != "absent":
            return Sight.of(self.words)
        with self._looking:
            if self._sight is None:
                self._sight = look_through(self.config.camera)
            return self._sight

    def text(self, path: str) -> str | None:
        """A small file of the system, by its path from the root; None where there is none."""
        try:
            return (self.root / path).read_text(errors="replace").strip()
        except OSError:
            return None
