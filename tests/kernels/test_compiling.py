from reelwork.kernels import kernel
from reelwork.kernels.compiling import compiling_told


@kernel
def inner(x):  # type: ignore[no-untyped-def]
    return x + 1


@kernel
def outer(x):  # type: ignore[no-untyped-def]
    return inner(x) * 2


def test_compiling_is_told_and_what_was_compiled_before_is_not(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from reelwork.kernels import native

    monkeypatch.setenv("REELWORK_HOME", str(tmp_path))
    native.cache_folder.cache_clear()
    told: list[str] = []
    try:
        with compiling_told(lambda: told.append("compiling")):
            assert outer(1.0) == 4.0
            first = len(told)
            assert outer(2.0) == 6.0
        assert outer(1) == 4
    finally:
        native.cache_folder.cache_clear()
    assert len(told) == first >= 1
