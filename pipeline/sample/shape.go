package sample

// Names of the variants in Manifest.Expected.
const (
	Base              = "base"
	Strict            = "strict"
	PerCustomer       = "per_customer"
	StrictPerCustomer = "strict,per_customer"
)

// shape fixes the counts of a cohort; the seed only decides who, when and
// where. An instant is one reading time of one person. It has one step trainer
// row and a few accelerometer rows, so a trusted accelerometer row joins
// exactly one step trainer row of its own person.
//
// A cohort has, in this order: prompt people, who consented before their last
// instants; late people, who consented after all of theirs; refusing people.
// Prompt people form chains, and neighbours in a chain share one instant. There
// the join on time alone also pairs each one's accelerometer rows with the
// other's step trainer.
type shape struct {
	prompt, late, refusing int

	instants    int // per person
	chain       int // people per chain; even, and a divisor of prompt
	longestCut  int // the largest number of a prompt person's instants before the consent
	earlyShared int // how many shared instants are before their person's consent

	rows    [kinds]int // accelerometer rows at the instants of each kind
	perFile int        // rows per file, if that gives at most maxFiles
}

// kind classifies an instant by its effect on the join on time and on the
// strict variant.
type kind int

const (
	kept          kind = iota // after consent
	dropped                   // before consent
	keptShared                // after consent, with a second consenting person
	droppedShared             // before consent, with a second consenting person
	refused                   // of a person without consent
	kinds
)

// original gives the counts of the original STEDI data set.
var original = shape{
	prompt: 464, late: 18, refusing: 474,
	instants:    30,
	chain:       58,
	longestCut:  22,
	earlyShared: 97,
	rows:        [kinds]int{kept: 29_613, dropped: 8_668, keptShared: 2_412, droppedShared: 288, refused: 40_292},
	perFile:     10_000,
}

func (s shape) customers() int { return s.prompt + s.late + s.refusing }

// cut returns the number of instants before the consent of prompt person p. It
// is above 0 for every second person, and never includes the last two instants,
// which may be shared.
func (s shape) cut(p int) int {
	if p%2 == 0 {
		return 0
	}
	return 1 + p/2%s.longestCut
}

// linked reports whether prompt person p shares an instant with person p-1.
func (s shape) linked(p int) bool { return p%s.chain != 0 }

// sharesEarly reports whether the instant that prompt person p shares with
// person p-1 is before the consent of p.
func (s shape) sharesEarly(p int) bool { return p%2 == 1 && p/2 < s.earlyShared }

// expected computes the counts from the kinds: strict keeps the rows after
// consent and the prompt people, and a row at a shared instant joins once more
// than the others, unless the join is per customer.
func (s shape) expected(scale int64) map[string]map[string]int64 {
	consenting := s.prompt + s.late
	strict := s.rows[kept] + s.rows[keptShared]
	trusted := strict + s.rows[dropped] + s.rows[droppedShared]
	profile := func(curated, accelerometer, joined int) map[string]int64 {
		return map[string]int64{
			"customer_landing":         scale * int64(s.customers()),
			"accelerometer_landing":    scale * int64(trusted+s.rows[refused]),
			"step_trainer_landing":     scale * int64(s.customers()*s.instants),
			"customer_trusted":         scale * int64(consenting),
			"accelerometer_trusted":    scale * int64(accelerometer),
			"customer_curated":         scale * int64(curated),
			"step_trainer_trusted":     scale * int64(curated*s.instants),
			"machine_learning_curated": scale * int64(joined),
		}
	}
	return map[string]map[string]int64{
		Base:              profile(consenting, trusted, trusted+s.rows[keptShared]+s.rows[droppedShared]),
		Strict:            profile(s.prompt, strict, strict+s.rows[keptShared]),
		PerCustomer:       profile(consenting, trusted, trusted),
		StrictPerCustomer: profile(s.prompt, strict, strict),
	}
}
