"""Compile the Solidity contracts into the artefacts that stand beside them: ``python -m tools.contracts [--check]``.

Takes the compiler from npm (``solc``, the version below) into a temporary folder; the same source and version give the
same octets, so ``--check`` tells whether an artefact belongs to its source.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src" / "shetong" / "ledger" / "contracts"
SOLC = "solc@0.8.30"
# The oldest rules that consortium chains run: no PUSH0.
EVM = "paris"


def compile_contract(source: Path, folder: Path) -> dict[str, object]:
    """Return name, compiler, ABI and bytecode of the one contract in ``source``; ``folder`` has the compiler."""
    name = source.stem
    request = {
        "language": "Solidity",
        "sources": {source.name: {"content": source.read_text(encoding="utf-8")}},
        "settings": {
            "evmVersion": EVM,
            "optimizer": {"enabled": True, "runs": 200},
            "metadata": {"bytecodeHash": "none", "appendCBOR": False},
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
        },
    }
    script = "const s=require('solc');process.stdout.write(s.compile(require('fs').readFileSync(0,'utf8')))"
    done = subprocess.run(
        ["node", "-e", script],  # noqa: S607 - the developer's Node
        cwd=folder,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    if any(error["severity"] == "error" for error in answer.get("errors", ())):
        raise SystemExit("\n".join(error["formattedMessage"] for error in answer["errors"]))
    compiled = answer["contracts"][source.name][name]
    return {
        "contract": name,
        "compiler": SOLC,
        "evm": EVM,
        "abi": compiled["abi"],
        "bytecode": "0x" + compiled["evm"]["bytecode"]["object"],
    }


def main() -> None:
    """Compile every contract; write or compare the artefacts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether the artefacts are those of the sources")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["npm", "install", "--silent", "--prefix", name, SOLC], check=True)  # noqa: S607
        for source in sorted(SOURCES.glob("*.sol")):
            text = json.dumps(compile_contract(source, folder), indent=1, sort_keys=True) + "\n"
            artefact = source.with_suffix(".json")
            if not check:
                artefact.write_text(text, encoding="utf-8")
            elif artefact.read_text(encoding="utf-8") != text:
                sys.exit(f"{artefact.name} is not what {source.name} compiles to; run python -m tools.contracts")


if __name__ == "__main__":
    main()
