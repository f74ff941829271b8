"""What goes wrong is told in one sentence, and by the exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click

from .errors import StackError


def one_sentence(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what can go wrong into one sentence and exit status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except StackError as err:
            _fail(str(err))
        except KeyboardInterrupt:
            _fail("interrupted; the same command goes on from here, `ontario down` stops it all")
        except OSError as err:
            _fail(f"the operating system says no: {err}")

    return run


def _fail(sentence: str) -> NoReturn:
    click.echo(f"ontario: {sentence}", err=True)
    sys.exit(1)
