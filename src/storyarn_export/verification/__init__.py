"""Whether finished files say all that is needed: loaded, exported again, compared, forgotten."""
