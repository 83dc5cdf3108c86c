"""A farm whose storage is a bucket makes the local film, whether or not its workers reach the bucket themselves."""

from __future__ import annotations

from pathlib import Path

from buckets import SECRET, Buckets
from machines import SCENE, Machine, digest, machine_in, wait


def moved(machine: Machine) -> float:
    """Bytes of blobs that went through the controller."""
    lines = [line for line in machine.client().metrics().splitlines() if line.startswith("reelwork_blob_bytes_total")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def test_a_farm_with_a_bucket_makes_the_local_film(buckets: Buckets, tmp_path: Path, fresh_home: Path) -> None:
    bucket, scene = buckets.make(), tmp_path / "scene.yaml"
    scene.write_text(SCENE)
    with machine_in(tmp_path / "farm", REELWORK_HOME=str(fresh_home)) as farm:
        farm.up("--workers", "1", "--no-ray", "--storage", f"s3://{bucket}/farm")
        address = farm.client().address
        farm("render", scene, "--to", tmp_path / "local.mp4", "--jobs", "1")
        farm("render", scene, "--farm", address, "--to", tmp_path / "far.mp4")
        assert digest(tmp_path / "far.mp4") == digest(tmp_path / "local.mp4")
        assert moved(farm) == 0
        assert len(buckets.names(bucket)) > 6

        farm.farm("drain", *(row["id"] for row in farm.workers()))
        wait(lambda: not farm.workers())
        other = farm.joining(tmp_path / "other", AWS_ENDPOINT_URL="http://127.0.0.1:9")
        try:
            other.farm("join", address, "--workers", "1", "--no-ray")
            farm("render", scene, "--farm", address, "--to", tmp_path / "again.mp4")
        finally:
            other.farm("down", "--now")
        assert digest(tmp_path / "again.mp4") == digest(tmp_path / "local.mp4")
        assert moved(farm) > 0
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in kept)
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]
