"""Ray's own autoscaler adds machines, processes here, while there is much to do, and takes them away again."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from machines import SCENE, Machine, wait

from reelwork_farm.fleet import free_port

pytest.importorskip("reelwork_farm.ray_dispatcher")


def machines(folder: Path, port: int) -> Path:
    """How Ray starts machines that are processes of this one."""
    lists = ("cluster_synced_files", "rsync_exclude", "rsync_filter")
    commands = ("initialization", "setup", "head_setup", "worker_setup", "head_start_ray", "worker_start_ray")
    rented = {"CPU": 1, "object_store_memory": 80 << 20, "reelwork_slot": 1}
    told = {
        "cluster_name": "pretended",
        "max_workers": 2,
        "upscaling_speed": 10.0,
        "idle_timeout_minutes": 0.05,
        "provider": {
            "type": "fake_multinode",
            "gcs_address": f"127.0.0.1:{port}",
            "launch_multiple": True,
            "use_node_id_as_ip": True,  # since they share one
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
        },
        "head_node_type": "ray.head.default",
        "available_node_types": {
            "ray.head.default": {"resources": {"CPU": 1, "reelwork_slot": 1}, "node_config": {}, "max_workers": 0},
            "rented": {"resources": rented, "node_config": {}, "min_workers": 0, "max_workers": 2},
        },
        "auth": {},
        "docker": {},
        "file_mounts": {},
        "file_mounts_sync_continuously": False,
        **{name: [] for name in lists},
        **{f"{name}_commands": [] for name in commands},
    }
    path = folder / "machines.yaml"
    path.write_text(json.dumps(told))
    return path


def raylets(machine: Machine) -> int:
    """How many machines Ray's cluster has: each has one such process."""
    pattern = f"^[^ ]*/raylet .*{os.readlink(machine.folder / 'ray')}"
    return len(subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False).stdout.split())


@pytest.mark.soak
def test_machines_come_while_there_is_much_to_do_and_go_afterwards(machine: Machine, tmp_path: Path) -> None:
    machine.environment |= {"RAY_FAKE_CLUSTER": "1", "AUTOSCALER_UPDATE_INTERVAL_S": "1"}
    port = free_port("127.0.0.1")
    given = ("--ray-port", str(port), "--max-workers", "3", "--machines", str(machines(tmp_path, port)))
    address = machine.up("--workers", "1", *given)
    assert (len(machine.workers()), raylets(machine)) == (1, 1)
    scene = tmp_path / "scene.yaml"
    scene.write_text(SCENE.replace("64, 36", "640, 360").replace("20s", "800s"))
    job = machine("farm", "submit", scene, "--farm", address).split()[0]
    wait(lambda: len(machine.workers()) == 3)
    assert raylets(machine) == 3
    machine.farm("cancel", job)
    wait(lambda: len(machine.workers()) == 1)
    wait(lambda: raylets(machine) == 1)
    assert not any(event.kind == "lease lost" for event in machine.client().events())
