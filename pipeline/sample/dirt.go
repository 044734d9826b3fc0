package sample

import (
	"math/rand/v2"
	"strconv"
)

// Dirt is a defect of a row that a strict reader accepts and the transforms
// have to handle.
type Dirt string

// The kinds of dirt, as Manifest.Dirt names them.
const (
	Duplicate Dirt = "duplicate" // a second copy of a row, near or far from the first
	NullKey   Dirt = "null_key"  // a key column is null or missing
	EmptyKey  Dirt = "empty_key" // a key column is the empty string
	Stranger  Dirt = "stranger"  // a reading of a person outside the customer table

	// Rows of the customer table, and their step trainer rows.

	ConsentZero     Dirt = "consent_zero"     // a person who refuses once more, with consent 0
	ConsentTwice    Dirt = "consent_twice"    // a customer's row once more, with another consent date
	SeveralSerials  Dirt = "several_serials"  // a second serial number, with or without consent
	WithoutReadings Dirt = "without_readings" // a customer who consents and has no accelerometer rows
)

// common are the kinds that any regular row can have.
var common = [...]Dirt{Duplicate, NullKey, EmptyKey, Stranger}

// commonPerMille is how many rows of each kind follow a thousand readings.
var commonPerMille = [len(common)]int{20, 5, 5, 10}

// dirt distributes the common kinds over one table: the same number of each in
// every cohort, after random rows.
type dirt struct {
	table  string
	rng    *rand.Rand
	seed   uint64
	rows   int // regular rows of a cohort
	quota  [len(common)]int
	unseen int // regular rows still to come in this cohort
	left   [len(common)]int
	turn   [len(common)]int
	saved  []byte // the row to write at the next duplicate's turn
	added  map[Dirt]int64
}

// Random streams separate from those of the cohorts, so that a dirty lake has
// the rows of the clean one.
const (
	tableStream = 1 << 32
	extraStream = 1 << 33
)

func newDirt(s shape, table int, seed uint64) *dirt {
	d := &dirt{
		table: landing[table],
		rng:   rand.New(rand.NewPCG(seed, tableStream+uint64(table))),
		seed:  seed,
		rows:  int(s.expected(1)[Base][landing[table]+"_landing"]),
		added: map[Dirt]int64{},
	}
	for i, share := range commonPerMille {
		d.quota[i] = max(1, d.rows*share/1_000)
		if d.table == "customer" && common[i] != Duplicate {
			d.quota[i] = 0 // the cohort's extras supply these
		}
	}
	return d
}

// draw decides which dirt follows a regular row; in most cases none. Each row
// of a cohort has the same chance, and the quotas are met exactly.
func (d *dirt) draw() (kind int, ok bool) {
	if d.unseen == 0 {
		d.unseen, d.left = d.rows, d.quota
	}
	lot := d.rng.IntN(d.unseen)
	d.unseen--
	for i := range d.left {
		if lot < d.left[i] {
			d.left[i]--
			return i, true
		}
		lot -= d.left[i]
	}
	return 0, false
}

// follow writes the dirt after a regular row. A duplicate repeats the row that
// was saved at the previous duplicate's turn, often in another file.
func (d *dirt) follow(w *writer, row []byte) {
	i, ok := d.draw()
	if !ok {
		return
	}
	turn := d.turn[i]
	d.turn[i]++
	switch key := w.columns.keys[0]; common[i] {
	case Duplicate:
		if turn == 0 {
			d.saved = append(d.saved, row...)
		}
		w.add(d.saved)
		d.saved = append(d.saved[:0], row...)
	case NullKey:
		w.add(row).blank(turn)
	case EmptyKey:
		w.add(row).set(key, `""`)
	default:
		w.add(row).set(key, d.stranger(turn))
	}
	w.endExtra(common[i])
}

// blank sets one of the key columns to null, or removes it.
func (w *writer) blank(turn int) {
	key := w.columns.keys[turn/2%2]
	if turn%2 == 0 {
		w.set(key, "null")
	} else {
		w.unset(key)
	}
}

// stranger returns a quoted e-mail or serial number that no customer has.
func (d *dirt) stranger(turn int) string {
	if d.table == "accelerometer" {
		return `"Stranger` + strconv.Itoa(turn+1) + `@example.com"`
	}
	serial := appendUUID(nil, head(d.seed, strangerNumber+turn), d.rng.Uint64(), d.rng.Uint64())
	return `"` + string(serial) + `"`
}
