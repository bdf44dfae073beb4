// SPDX-License-Identifier: MulanPSL-2.0
pragma solidity ^0.8.20;

/// @title Sizes and roots of transparency logs, written once and never changed.
/// @notice A log is named by the SHA-256 of its origin. The contract itself refuses what would be a fork (another root
/// for a size) and a rollback (a size below the newest); only its keeper may write, anyone may read.
contract CheckpointAnchor {
    address public immutable keeper;
    mapping(bytes32 log => mapping(uint64 size => bytes32 root)) public roots;
    mapping(bytes32 log => uint64 size) public sizes;

    event Anchored(bytes32 indexed log, uint64 indexed size, bytes32 root);

    error NotTheKeeper();
    error NoRoot();
    error Fork(bytes32 anchored);
    error Rollback(uint64 newest);

    constructor() {
        keeper = msg.sender;
    }

    /// @notice Anchor a checkpoint; repeating one that is already anchored changes nothing.
    function anchor(bytes32 log, uint64 size, bytes32 root) external {
        if (msg.sender != keeper) revert NotTheKeeper();
        if (root == 0) revert NoRoot();
        bytes32 anchored = roots[log][size];
        if (anchored == root) return;
        if (anchored != 0) revert Fork(anchored);
        if (size < sizes[log]) revert Rollback(sizes[log]);
        roots[log][size] = root;
        sizes[log] = size;
        emit Anchored(log, size, root);
    }
}
