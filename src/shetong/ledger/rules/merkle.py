"""Merkle tree hashing, proofs and their verification after RFC 9162, section 2.1, with SHA-256.

A *node reader* gives the hash of a complete subtree: ``node(level, index)`` covers the leaves
``index << level`` up to (not including) ``(index + 1) << level``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

NodeReader = Callable[[int, int], bytes]

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


class ProofError(ValueError):
    """A proof does not prove what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root over a power-of-two number of sibling hashes of equal height."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise ValueError("a complete subtree has a power-of-two number of nodes")
    while len(row) > 1:
        # node_hash() written out: half of all hashing is done here.
        pairs = iter(row)
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return row[0]


def range_hash(start: int, end: int, node: NodeReader) -> bytes:
    """Hash over the leaves ``start`` to ``end`` (exclusive); ``start`` is a boundary of the recursion of 2.1.1."""
    count = end - start
    if count <= 0:
        raise ValueError("an empty range has no hash")
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(count)
    return node_hash(range_hash(start, middle, node), range_hash(middle, end, node))


def root(size: int, node: NodeReader) -> bytes:
    """Root of the tree with ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else range_hash(0, size, node)


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Audit path for the leaf ``index`` in the tree of ``size`` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError("the leaf lies outside the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    path.reverse()
    return path


def consistency_proof(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Proof that the tree of ``old`` leaves is a prefix of the tree of ``new`` leaves (RFC 9162, 2.1.4.1)."""
    if not 0 <= old <= new:
        raise ProofError("a tree can only grow")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end = 0, new
    whole = True  # the old tree is still one of the nodes on the way, so that the verifier knows its hash
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, end, node))
    path.reverse()
    return path


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Check an audit path (RFC 9162, 2.1.3.2). ``leaf`` is the leaf's hash. Raises :class:`ProofError`."""
    if not 0 <= index < size:
        raise ProofError("the leaf lies outside the tree")
    _check_hashes([leaf, root_hash, *proof])
    position, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is longer than the tree is high")
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise ProofError("the proof is too short")
    if value != root_hash:
        raise ProofError("the proof leads to another root")


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check a consistency proof (RFC 9162, 2.1.4.2). Raises :class:`ProofError`."""
    if not 0 <= old <= new:
        raise ProofError("a tree can only grow")
    _check_hashes([old_root, new_root, *proof])
    if old in (0, new):
        if proof:
            raise ProofError("this proof must be empty")
        if old == new and old_root != new_root:
            raise ProofError("two roots for one size")
        if old == 0 and old_root != EMPTY_ROOT:
            raise ProofError("the empty tree has another root")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofError("the proof is empty")
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the proof is longer than the tree is high")
        if position & 1 or position == last:
            first = node_hash(sibling, first)
            second = node_hash(sibling, second)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise ProofError("the proof is too short")
    if first != old_root or second != new_root:
        raise ProofError("the proof leads to other roots")


def _split(count: int) -> int:
    """Largest power of two smaller than ``count`` (RFC 9162, 2.1.1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_SIZE for value in hashes):
        raise ProofError("a hash has the wrong length")
