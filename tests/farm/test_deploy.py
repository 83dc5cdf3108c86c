"""What operators are given fits the farm: files to deploy, and each command, setting and figure of their pages."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from reelwork.cli.app import cli
from reelwork_farm.auth import Role, Tokens
from reelwork_farm.metrics import Metrics
from reelwork_farm.model import JobRow, JobSpec, JobState, Timing
from reelwork_farm.webhooks import sign

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "farm/deploy"
DOCS = sorted((ROOT / "docs/operators").glob("*.md"))
YAMLS = sorted(path for path in DEPLOY.rglob("*.y*ml"))
UNITS = sorted((DEPLOY / "systemd").iterdir())
MODULE = re.compile(r"python (?:-P )?-m (reelwork_farm\.\w+)((?: [^|;&\n]*)?)")


def documents(path: Path) -> list[Any]:
    return list(YAML(typ="safe").load_all(path.read_text()))


def kinds(path: Path) -> dict[str, Any]:
    return {document["kind"]: document for document in documents(path)}


# -- commands


def check_command(words: list[str]) -> None:
    """Whether click would take a line that begins with ``reelwork``; files in it need not be there."""
    command: click.Command = cli
    ctx = cli.make_context("reelwork", [], resilient_parsing=True)
    rest = words[1:]
    while isinstance(command, click.Group):
        assert rest, words
        found = command.get_command(ctx, rest[0])
        assert found is not None, f"no command {rest[0]} in {shlex.join(words)}"
        ctx = click.Context(found, parent=ctx, info_name=rest[0])
        command, rest = found, rest[1:]
    values, left, _ = command.make_parser(ctx).parse_args(list(rest))
    assert not left, (words, left)
    for param in command.params:
        value = values.get(param.name or "")
        if isinstance(value, (str, list, tuple)) and value and not isinstance(param.type, click.Path):
            param.type_cast_value(ctx, value)
        assert value not in (None, ()) or not param.required, f"{param.name} is missing in {shlex.join(words)}"


@cache
def options_of(module: str) -> frozenset[str]:
    told = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"--[a-z][a-z-]*", told))


def check_module(module: str, rest: str) -> None:
    used = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", rest))
    assert used <= options_of(module), (module, used - options_of(module))


def shell_lines(text: str) -> Iterator[str]:
    """What a shell would be asked to run."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.strip().startswith("$ "):
                yield line.strip()[2:]


def in_code(text: str) -> Iterator[str]:
    """Pieces of code within sentences; they may be abbreviated."""
    yield from re.findall(r"`(reelwork [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL).replace("\n", " "))


def reelwork_words(line: str) -> Iterator[list[str]]:
    """The commands of Reelwork in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&()")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|;&()"):
            commands.append([])
        else:
            commands[-1].append(word)
    for words in commands:
        places = [at for at, word in enumerate(words) if word == "reelwork" or word.endswith("/bin/reelwork")]
        if places:
            given = words[places[-1] + 1 :]
            yield ["reelwork", *(given[: given.index(">")] if ">" in given else given)]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_commands_in_the_docs_are_taken(path: Path) -> None:
    seen = 0
    for line in shell_lines(path.read_text()):
        if "ray exec" in line:
            continue
        for words in reelwork_words(line):
            check_command(words)
            seen += 1
        for module, rest in MODULE.findall(line):
            check_module(module, rest)
    assert seen or path.stem in ("backup", "sizing", "troubleshooting", "ray")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_commands_within_sentences_exist(path: Path) -> None:
    for piece in in_code(path.read_text()):
        words = shlex.split(piece)
        assert words[:2] == ["reelwork", "farm"], piece
        group = cli.get_command(cli.make_context("reelwork", [], resilient_parsing=True), "farm")
        assert isinstance(group, click.Group)
        command = group.commands.get(words[2])
        assert command is not None, piece
        known = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= known, piece


def test_every_option_that_the_docs_name_is_one() -> None:
    known = set(options_of("reelwork_farm.simulate")) | set(options_of("reelwork_farm.ray_dispatcher")) | {"--help"}
    todo: list[click.Command] = [cli]
    while todo:
        command = todo.pop()
        known |= {option for param in command.params for option in param.opts}
        if isinstance(command, click.Group):
            ctx = click.Context(command)
            todo += [found for name in command.list_commands(ctx) if (found := command.get_command(ctx, name))]
    for path in DOCS:
        named = re.findall(r"`(--[a-z][a-z-]*)", path.read_text())
        assert set(named) <= known, path.name


def test_the_ways_to_start_are_documented_with_every_option() -> None:
    text = (ROOT / "docs/operators/tuning.md").read_text()
    group = cli.get_command(cli.make_context("reelwork", [], resilient_parsing=True), "farm")
    assert isinstance(group, click.Group)
    for name in ("up", "join"):
        options = [param.opts[0] for param in group.commands[name].params if isinstance(param, click.Option)]
        assert [option for option in options if option != "--help" and f"`{option}`" not in text] == []


def test_every_time_is_documented_with_what_it_usually_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", (ROOT / "docs/operators/tuning.md").read_text(), re.MULTILINE)
    assert {name: float(value) for name, value in rows} == dataclasses.asdict(Timing())


# -- docs


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_and_every_file_to_deploy_is_linked() -> None:
    text = "".join(path.read_text() for path in DOCS)
    linked = {
        (ROOT / "docs/operators" / link.partition("#")[0]).resolve() for link in re.findall(r"\]\(([^)]+)\)", text)
    }
    wanted = {path for path in (*DOCS, *DEPLOY.rglob("*")) if path.is_file() and path.name != "README.md"}
    assert wanted - linked == set()


def test_a_webhook_is_checked_as_the_docs_say() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/operators/security.md").read_text(), re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)
    key = Tokens("s" * 32).signing
    assert space["is_from_the_farm"](b"{}", sign(b"{}", key), key.decode())
    assert not space["is_from_the_farm"](b"{ }", sign(b"{}", key), key.decode())


# -- files to deploy


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.name)
def test_yaml_is_read_and_its_commands_exist(path: Path) -> None:
    assert documents(path)
    text = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.MULTILINE)
    for module, rest in MODULE.findall(" ".join(text.split())):
        check_module(module, rest.partition(" - ")[0])


def test_ray_takes_the_clusters_file() -> None:
    spec = find_spec("ray")
    if spec is None or spec.origin is None:
        pytest.skip("Ray is not installed")
    (cluster,) = documents(DEPLOY / "ray-cluster.yaml")
    schema = json.loads((Path(spec.origin).parent / "autoscaler/ray-schema.json").read_text())
    jsonschema.validate(cluster, schema)
    assert cluster["head_node_type"] in cluster["available_node_types"]
    assert cluster["available_node_types"]["worker"]["resources"]["reelwork_slot"] > 0
    commands = cluster["head_start_ray_commands"] + cluster["worker_start_ray_commands"]
    assert sum("ray start" in command for command in commands) == 2
    for command in commands + cluster["setup_commands"]:
        subprocess.run(["sh", "-n", "-c", command], check=True)
        for words in reelwork_words(command.replace('"', " ")):
            check_command(words)
    synced = set(cluster["cluster_synced_files"])
    assert all(any(path in command for command in cluster["head_start_ray_commands"]) for path in synced)


def containers(cluster: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        yield from group["template"]["spec"]["containers"]


def check_cluster(cluster: dict[str, Any]) -> None:
    """What KubeRay and the farm ask of a cluster."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    assert cluster["rayVersion"] == pins["ray"]
    assert cluster["authOptions"] == {"mode": "token"}
    assert cluster["headGroupSpec"]["template"]["spec"]["containers"][0]["name"] == "ray-head"
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    for group in cluster["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
        assert json.loads(json.loads(group["rayStartParams"]["resources"]))["reelwork_slot"] > 0
        (container,) = group["template"]["spec"]["containers"]
        names = {entry["name"]: entry for entry in container["env"]}
        assert {"REELWORK_FARM_TOKEN", "REELWORK_FARM_WORK"} <= names.keys()
        assert names["REELWORK_FARM_TOKEN"]["valueFrom"]["secretKeyRef"]["key"] == "worker"
    for container in containers(cluster):
        assert container["resources"]["limits"].keys() >= {"cpu", "memory"}
        command = [*container.get("command", []), *container.get("args", [])]
        for module, rest in MODULE.findall(" ".join(command)):
            check_module(module, rest)
    (controller,) = (container for container in containers(cluster) if container["name"] == "controller")
    assert controller["ports"][0]["containerPort"] == controller["readinessProbe"]["httpGet"]["port"] == 8378
    volumes = {
        volume["name"]
        for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])
        for volume in group["template"]["spec"].get("volumes", [])
    }
    assert {mount["name"] for each in containers(cluster) for mount in each.get("volumeMounts", [])} <= volumes


def test_the_ray_cluster_of_kubernetes_has_what_it_needs() -> None:
    found = kinds(DEPLOY / "kuberay/raycluster.yaml")
    cluster = found["RayCluster"]
    assert cluster["apiVersion"] == "ray.io/v1"
    check_cluster(cluster["spec"])
    # with this annotation KubeRay adds no command of its own, so that each pod must start Ray itself
    assert cluster["metadata"]["annotations"]["ray.io/overwrite-container-cmd"] == "true"
    for container in containers(cluster["spec"]):
        if container["name"].startswith("ray-"):
            assert "$KUBERAY_GEN_RAY_START_CMD" in container["args"][0]
            subprocess.run(["bash", "-n", "-c", container["args"][0]], check=True)
    assert found["Service"]["spec"]["selector"]["ray.io/cluster"] == cluster["metadata"]["name"]
    claim = found["PersistentVolumeClaim"]["metadata"]["name"]
    volumes = cluster["spec"]["headGroupSpec"]["template"]["spec"]["volumes"]
    assert {"name": "farm", "persistentVolumeClaim": {"claimName": claim}} in volumes


def test_the_token_for_workers_is_made_as_the_cluster_s_file_says() -> None:
    text = (DEPLOY / "kuberay/raycluster.yaml").read_text()
    (line,) = re.findall(r"printf '(.*?)' \| openssl dgst -sha256 -hmac", text)
    secret = "s" * 32
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    command = ["openssl", "dgst", "-sha256", "-hmac", secret, "-r"]
    told = subprocess.run(command, input=line.encode(), capture_output=True, check=True).stdout.decode()
    assert told.split()[0] == Tokens(secret).token(Role.WORKER)


def test_the_ray_job_of_kubernetes_has_what_it_needs() -> None:
    found = kinds(DEPLOY / "kuberay/rayjob.yaml")
    job = found["RayJob"]
    assert job["apiVersion"] == "ray.io/v1"
    check_cluster(job["spec"]["rayClusterSpec"])
    script = found["ConfigMap"]["data"]["film.sh"]
    subprocess.run(["bash", "-n", "-c", script], check=True)
    for line in script.splitlines():
        for module, rest in MODULE.findall(line):
            check_module(module, rest)
        if line.startswith("reelwork"):
            check_command(shlex.split(line))
    (head,) = (each for each in containers(job["spec"]["rayClusterSpec"]) if each["name"] == "ray-head")
    places = [mount["mountPath"] for mount in head["volumeMounts"]]
    shell, *files = shlex.split(job["spec"]["entrypoint"])
    assert shell == "bash"
    assert all(any(file.startswith(f"{place}/") for place in places) for file in files)


def test_the_containers_command_is_taken_and_it_gets_all_packages() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    check_command(json.loads(command))
    for name in re.findall(r"^COPY (?!--)(\S+(?: \S+)*) \S+$", text, re.MULTILINE):
        assert all((ROOT / part).exists() for part in name.split()), name
    assert {"engine", "farm", "plugins"} <= set(re.findall(r"^COPY (\w+) ", text, re.MULTILINE))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_units_command_is_taken(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    words = shlex.split(line.replace("$REELWORK_FARM", "farm.example:8378"))
    assert words[0].endswith("/reelwork")
    assert "--foreground" in words
    check_command(["reelwork", *(word for word in words[1:] if not word.startswith("$"))])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    here = tmp_path / unit.name  # with a program that is there
    here.write_text(re.sub(r"(?<==)/opt\S+", sys.executable, unit.read_text()))
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


# -- figures


class OneJob:
    """A farm with one job, so that every figure is there."""

    def open_jobs(self) -> list[JobRow]:
        spec = JobSpec("a film", "0" * 64, "0" * 64, 0, 96, "24", True, "film.mp4")
        return [JobRow("0" * 16, spec, JobState.RUNNING, 0, 0.0, 0.0, None, 2, 0, 1, 0, 0.0, None)]

    def workers(self) -> list[Any]:
        return []


def exported() -> dict[str, set[str]]:
    """Figures that a controller has, each with its labels."""
    metrics = Metrics()
    metrics.requests.labels("/", "200").inc()
    metrics.request_seconds.labels("/").observe(1.0)
    for counter in (
        metrics.granted,
        metrics.committed,
        metrics.failed,
        metrics.audits,
        metrics.blob_bytes,
        metrics.errors,
    ):
        counter.labels("x").inc()
    metrics.unit_seconds.labels("render").observe(1.0)
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.text(OneJob()).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def expressions() -> Iterator[str]:
    for panel in json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for group in documents(DEPLOY / "prometheus-alerts.yml")[0]["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_every_figure_that_is_drawn_or_watched_is_exported_with_its_labels() -> None:
    known = exported()
    for expression in expressions():
        names = re.findall(r"\breelwork_\w+", expression)
        assert set(names) <= known.keys(), expression
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
        for by in re.findall(r"\bby \(([^)]*)\)", expression):
            labels |= {label.strip() for label in by.split(",")}
        have = set().union({"job", "instance"}, *(known[name] for name in names))
        assert labels <= have, expression


def test_every_figure_is_drawn() -> None:
    drawn = {name for expression in expressions() for name in re.findall(r"\breelwork_\w+", expression)}
    families = {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name in exported()}
    assert families == {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in drawn}


def test_the_dashboard_s_panels_have_their_places() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + column, place["y"] + row) for column in range(place["w"]) for row in range(place["h"])}
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_prometheus_asks_where_the_farm_answers() -> None:
    (config,) = documents(DEPLOY / "prometheus.yml")
    (scrape,) = config["scrape_configs"]
    assert (scrape["metrics_path"], scrape["authorization"]["type"]) == ("/metrics", "Bearer")
    assert all((DEPLOY / name).exists() for name in config["rule_files"])
    for group in documents(DEPLOY / config["rule_files"][0])[0]["groups"]:
        assert all({"alert", "expr", "annotations"} <= rule.keys() for rule in group["rules"])


def test_a_farm_whose_secret_came_from_the_environment_tells_its_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["farm", "token", "worker", "--folder", str(tmp_path)]
    monkeypatch.setenv("REELWORK_FARM_TOKEN", "s" * 32)
    assert CliRunner().invoke(cli, asked, standalone_mode=False).exception is not None
    (tmp_path / "farm.json").write_text("{}")
    told = CliRunner().invoke(cli, asked, standalone_mode=False)
    assert told.output.strip() == Tokens("s" * 32).token(Role.WORKER)
