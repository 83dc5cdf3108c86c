"""What scenes may ask for and what the encoder can do are told apart; they must not part."""

from reelwork.media import spec
from reelwork.scene import files


def test_endings_and_codecs_are_the_encoders() -> None:
    assert files.FILMS == spec.FILM_CODECS
    assert files.SOUNDS == spec.SOUND_CODECS
    assert files.PIXEL_FORMATS == spec.PIXEL_FORMATS
    assert files.PRESETS == spec.PRESETS
    assert {codec: (low, high) for codec, (low, high, _) in spec._CRF.items()} == files.CRF
