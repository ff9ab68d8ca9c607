// Verifies the log of an archive with Go's own verifier of transparency logs, golang.org/x/mod/sumdb: its
// checkpoints, cosignatures, tiles and entries, and a proof that was carried away. Of the project's own format it
// knows the paths of tiles, the bundles of entries, and no more.
//
//	run ARCHIVE LOG-KEY COSIGNER-KEY,COSIGNER-KEY... PROOF
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: run ARCHIVE LOG-KEY COSIGNER-KEYS PROOF")
		os.Exit(2)
	}
	if err := verify(os.Args[1], os.Args[2], strings.Split(os.Args[3], ","), os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func verify(archive, logKey string, cosignerKeys []string, proof string) error {
	operator, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	keys := []note.Verifier{operator}
	for _, key := range cosignerKeys {
		cosigner, err := newCosigner(key)
		if err != nil {
			return err
		}
		keys = append(keys, cosigner)
	}
	known := note.VerifierList(keys...)
	head, err := readCheckpoint(filepath.Join(archive, "log/checkpoint"), operator, known)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(head.tree, tiles{archive})
	if err := checkEntries(archive, head.tree, hashes); err != nil {
		return err
	}
	cosigned, err := checkKept(archive, head.tree, hashes, operator, known)
	if err != nil {
		return err
	}
	if cosigned < len(cosignerKeys) {
		return fmt.Errorf("%d cosignatures were found by %d cosigners", cosigned, len(cosignerKeys))
	}
	index, err := checkProof(archive, proof, head.tree, operator, known)
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, %d cosignatures, the proof of entry %d: verified\n", head.tree.N, cosigned, index)
	return nil
}

// A checkpoint whose signatures were verified.
type checkpoint struct {
	tree     tlog.Tree
	cosigned int
}

func readCheckpoint(path string, operator note.Verifier, known note.Verifiers) (*checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parsed, err := parseCheckpoint(text, operator, known)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return parsed, nil
}

func parseCheckpoint(text []byte, operator note.Verifier, known note.Verifiers) (*checkpoint, error) {
	opened, err := note.Open(text, known)
	if err != nil {
		return nil, err
	}
	signed, cosigned := false, 0
	for _, sig := range opened.Sigs {
		if sig.Name == operator.Name() && sig.Hash == operator.KeyHash() {
			signed = true
		} else {
			cosigned++
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if !signed || len(lines) != 4 || lines[0] != operator.Name() {
		return nil, errors.New("it is no checkpoint signed by the log's key")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	return &checkpoint{tlog.Tree{N: size, Hash: root}, cosigned}, err
}

// checkEntries proves that every entry in the bundles is under the root.
func checkEntries(archive string, tree tlog.Tree, hashes tlog.HashReader) error {
	for index := int64(0); index < tree.N; {
		width := tree.N - index
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: index >> tileHeight, W: int(width)}
		bundle, err := os.ReadFile(filepath.Join(archive, path(tile)))
		if err != nil {
			return err
		}
		for ; width > 0; width-- {
			entry, rest, err := cut(bundle)
			if err != nil {
				return fmt.Errorf("%s: %w", path(tile), err)
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			bundle, index = rest, index+1
		}
		if len(bundle) > 0 {
			return fmt.Errorf("%s: bytes are left over", path(tile))
		}
	}
	return nil
}

func cut(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
		return nil, nil, errors.New("it ends inside an entry")
	}
	length := 2 + int(binary.BigEndian.Uint16(bundle))
	return bundle[2:length], bundle[length:], nil
}

// checkKept proves that the log extends every cosigned checkpoint that was kept; it counts their cosignatures.
func checkKept(archive string, tree tlog.Tree, hashes tlog.HashReader, operator note.Verifier, known note.Verifiers) (int, error) {
	paths, err := filepath.Glob(filepath.Join(archive, "log/cosigned/*"))
	if err != nil {
		return 0, err
	}
	cosigned := 0
	for _, path := range paths {
		kept, err := readCheckpoint(path, operator, known)
		if err != nil {
			return 0, err
		}
		proof, err := tlog.ProveTree(tree.N, kept.tree.N, hashes)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, kept.tree.N, kept.tree.Hash); err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		cosigned += kept.cosigned
	}
	return cosigned, nil
}

// checkProof verifies a proof by itself; only the entry is looked up.
func checkProof(archive, file string, tree tlog.Tree, operator note.Verifier, known note.Verifiers) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	head, signed, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return 0, fmt.Errorf("%s: it is no tlog-proof", file)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return 0, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, err
		}
		proof = append(proof, hash)
	}
	under, err := parseCheckpoint(signed, operator, known)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	tile := tlog.Tile{H: tileHeight, L: -1, N: index >> tileHeight, W: 1 << tileHeight}
	if tile.N == tree.N>>tileHeight {
		tile.W = int(tree.N & (1<<tileHeight - 1))
	}
	bundle, err := os.ReadFile(filepath.Join(archive, path(tile)))
	if err != nil {
		return 0, err
	}
	var entry []byte
	for skip := index & (1<<tileHeight - 1); skip >= 0; skip-- {
		if entry, bundle, err = cut(bundle); err != nil {
			return 0, err
		}
	}
	return index, tlog.CheckRecord(proof, under.tree.N, under.tree.Hash, index, tlog.RecordHash(entry))
}

// path is where a tile lies in an archive: sumdb names its height, tlog-tiles does not.
func path(tile tlog.Tile) string {
	named := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	return "log/tile/" + strings.Replace(named, "data/", "entries/", 1)
}

// tiles reads the archive's tiles; tlog checks them.
type tiles struct{ archive string }

func (tiles) Height() int { return tileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.archive, path(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// cosigner verifies c2sp.org/tlog-cosignature, Ed25519.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s: not a key", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 0x04 {
		return nil, fmt.Errorf("%s: not a key for cosignatures", vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if parts[1] != fmt.Sprintf("%08x", hash) {
		return nil, fmt.Errorf("%s: its id is another key's", vkey)
	}
	return &cosigner{parts[0], hash, key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}
