# The two commands a newcomer needs: `make run` and `make test`.
.PHONY: run test lock lint format environment openapi screenshots

PYTHON ?= python3
SCALE ?= small

run:  ## environment, front end, database, demo data, server: http://127.0.0.1:8000
	@$(PYTHON) tools/environment.py runtime
	@exec .venv/bin/shetong run

test:  ## everything that is checked, ending with pytest's summary
	@$(PYTHON) tools/environment.py dev
	@exec .venv/bin/python -m tools.gates

environment:  ## only the development environment in .venv
	@$(PYTHON) tools/environment.py dev

lint:  ## the quick checks: style, types, floors
	@.venv/bin/python -m tools.gates style types floors

format:  ## mend what can be mended mechanically
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

lock:  ## pin every dependency with its hashes; no index address is written
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		-o requirements/runtime.lock pyproject.toml
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--extra dev -c requirements/runtime.lock -o requirements/dev.lock pyproject.toml

screenshots:  ## the pictures of docs/screenshots, from the demonstration that make run loads
	@exec .venv/bin/python -m tools.screenshots

openapi:  ## write the API's description to docs/api/openapi.json
	.venv/bin/python -m tools.openapi

bench-%:  ## one benchmark: make bench-search SCALE=national
	@exec .venv/bin/shetong bench $* --scale $(SCALE)
