// Command judge reads a log's published files (checkpoint, keys, tiles, entries) with Go's own implementation of signed
// notes and transparency logs, and checks the signature, every entry's place and the growth from an older checkpoint.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type files struct{ dir string }

func (f files) Height() int { return 8 }

func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// ReadTiles maps Go's own tile address (tile/8/L/N) to that of the C2SP specification (tile/L/N).
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.dir, "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(parts ...string) string {
	data, err := os.ReadFile(filepath.Join(parts...))
	check(err)
	return string(data)
}

func head(dir, name string, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open([]byte(read(dir, name)), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("origin %q is not the key's name", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

func main() {
	dir := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(read(dir, "keys")))
	check(err)
	old, tree := head(dir, "checkpoint.old", verifier), head(dir, "checkpoint", verifier)
	reader := tlog.TileHashReader(tree, files{dir})
	bundle := []byte(read(dir, "entries"))
	for n := int64(0); n < tree.N; n++ {
		length := int(binary.BigEndian.Uint16(bundle))
		entry := bundle[2 : 2+length]
		bundle = bundle[2+length:]
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry)))
	}
	growth, err := tlog.ProveTree(tree.N, old.N, reader)
	check(err)
	check(tlog.CheckTree(growth, tree.N, tree.Hash, old.N, old.Hash))
	fmt.Printf("judged %d entries\n", tree.N)
}
