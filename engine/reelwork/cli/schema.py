"""``reelwork schema``: nothing goes in, the JSON Schema of the scene format comes out."""

from __future__ import annotations

import json

import click

from reelwork.extensions import registry
from reelwork.scene.schema import json_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of scene files, for editors.

    It follows JSON Schema 2020-12 and knows everything that the plugins of this machine bring, with its presets.
    """
    click.echo(json.dumps(json_schema(registry()), indent=2, ensure_ascii=False))
