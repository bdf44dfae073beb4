"""The contract ``CheckpointAnchor`` on a chain that speaks EVM, through web3.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypeVar

from shetong.ledger.rules.checkpoints import Checkpoint

T = TypeVar("T")


class ChainError(Exception):
    """The node cannot be reached, or the chain refuses or does not hold what it should."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where the chain holds a checkpoint: transaction, block, and the block's time (POSIX seconds)."""

    transaction: bytes
    block: int
    timestamp: int


def log_id(origin: str) -> bytes:
    """How the contract names a log."""
    return sha256(origin.encode()).digest()


class Chain:
    """A node's JSON-RPC; with ``contract`` the place to read and write, with ``key`` the sender's private key."""

    def __init__(self, url: str, *, contract: str = "", key: str = "", seconds: int = 10) -> None:
        # Loading web3 takes seconds and memory that only the jobs of anchoring need.
        from web3 import Web3

        self._web3 = Web3(
            Web3.HTTPProvider(url, request_kwargs={"timeout": seconds}, exception_retry_configuration=None)
        )
        self._artefact = json.loads((files("shetong.ledger") / "contracts" / "CheckpointAnchor.json").read_text())
        self._key, self._seconds = key, seconds
        self._contract: Any = None
        if contract:
            self._contract = self._web3.eth.contract(
                address=Web3.to_checksum_address(contract), abi=self._artefact["abi"]
            )

    @property
    def place(self) -> str:
        """The contract's name for the world: ``eip155:<chain>:<address>`` (CAIP-10)."""
        return self._safely(lambda: f"eip155:{self._web3.eth.chain_id}:{self._contract.address}")

    def deploy(self) -> str:
        """Put the contract on the chain and return its address. Raises :class:`ChainError`."""
        contract = self._web3.eth.contract(abi=self._artefact["abi"], bytecode=self._artefact["bytecode"])
        receipt = self._safely(lambda: self._send(contract.constructor()))
        return str(receipt["contractAddress"])

    def anchor(self, checkpoint: Checkpoint) -> Written:
        """Write a checkpoint where it is not there yet, and return where it stands. Raises :class:`ChainError`.

        Asking first makes a retry safe after an answer that was lost.
        """
        written = self.find(checkpoint)
        if written is None:
            call = self._contract.functions.anchor(log_id(checkpoint.origin), checkpoint.size, checkpoint.root)
            self._safely(lambda: self._send(call))
            written = self.find(checkpoint)
        if written is None:
            raise ChainError("the chain took the transaction but does not hold the checkpoint")
        return written

    def find(self, checkpoint: Checkpoint) -> Written | None:
        """Where the chain holds this checkpoint; ``None`` where it holds none of its size.

        Raises :class:`ChainError` where it holds another root: then the log was forked.
        """
        return self._safely(lambda: self._find(checkpoint))

    def _find(self, checkpoint: Checkpoint) -> Written | None:
        log = log_id(checkpoint.origin)
        root = bytes(self._contract.functions.roots(log, checkpoint.size).call())
        if root == bytes(32):
            return None
        if root != checkpoint.root:
            raise ChainError(f"the chain holds another root for {checkpoint.origin} at {checkpoint.size}")
        events = self._contract.events.Anchored.get_logs(
            from_block=0, argument_filters={"log": log, "size": checkpoint.size}
        )
        if not events:
            raise ChainError("the chain holds the checkpoint without its event")
        block = self._web3.eth.get_block(events[0]["blockNumber"])
        return Written(bytes(events[0]["transactionHash"]), int(block["number"]), int(block["timestamp"]))

    def _send(self, call: Any) -> Any:
        account = self._web3.eth.account.from_key(self._key)
        transaction = call.build_transaction(
            {
                "from": account.address,
                "nonce": self._web3.eth.get_transaction_count(account.address, "pending"),
                # Consortium chains know neither base fee nor tip; every chain takes a gas price.
                "gasPrice": self._web3.eth.gas_price,
            }
        )
        sent = self._web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
        receipt = self._web3.eth.wait_for_transaction_receipt(sent, timeout=self._seconds, poll_latency=0.1)
        if receipt["status"] != 1:
            raise ChainError("the chain refused the transaction")
        return receipt

    @staticmethod
    def _safely(act: Callable[[], T]) -> T:
        import requests
        from web3.exceptions import Web3Exception

        try:
            return act()
        except (Web3Exception, requests.RequestException, OSError, ValueError) as error:
            raise ChainError(f"{type(error).__name__}: {error}"[:300]) from error
