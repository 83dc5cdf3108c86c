"""``reelwork completion``: a shell's name goes in, the script that teaches it Reelwork's words comes out."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

#: The variable through which a shell asks for completions; click derives it from the command's name.
_VARIABLE = "_REELWORK_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands, options and names in SHELL.

    \b
    bash: reelwork completion bash > ~/.local/share/bash-completion/completions/reelwork
    zsh:  reelwork completion zsh > a folder of $fpath, as _reelwork
    fish: reelwork completion fish > ~/.config/fish/completions/reelwork.fish
    """
    completion = get_completion_class(shell)
    assert completion, f"click completes {shell}"
    click.echo(completion(ctx.find_root().command, {}, "reelwork", _VARIABLE).source())
