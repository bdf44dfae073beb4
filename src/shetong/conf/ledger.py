"""Settings of the public logs: witnesses, and where their checkpoints are anchored."""

from __future__ import annotations

from shetong.conf import env

# Witnesses that cosign the checkpoints: "<address> <verifier key>", comma-separated.
LEDGER_WITNESSES = env.items("LEDGER_WITNESSES")
# Seconds that a witness, chain node or time-stamping authority has for its answer.
LEDGER_PEER_SECONDS = env.number("LEDGER_PEER_SECONDS", 10, least=1, most=600)
# A chain that speaks EVM: address of a node's JSON-RPC, the contract (docs/specs/public-log.md), the sender's key.
LEDGER_CHAIN_URL = env.text("LEDGER_CHAIN_URL")
LEDGER_CHAIN_CONTRACT = env.text("LEDGER_CHAIN_CONTRACT")
LEDGER_CHAIN_KEY = env.secret("LEDGER_CHAIN_KEY", "")
# A time-stamping authority (RFC 3161): its address, and a PEM file with the root certificates it is believed by.
LEDGER_TSA_URL = env.text("LEDGER_TSA_URL")
LEDGER_TSA_ROOTS = env.text("LEDGER_TSA_ROOTS")
# When checkpoints are anchored (cron, UTC).
LEDGER_ANCHOR_CRON = env.text("LEDGER_ANCHOR_CRON", "7 * * * *")
