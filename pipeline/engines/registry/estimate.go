package registry

import (
	"context"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Estimate is the estimated usage to build a table.
type Estimate struct {
	ScanBytes  int64   `json:"scan_bytes"`  // to build the table and to evaluate its guards
	CountBytes int64   `json:"count_bytes"` // to count the rows of its stages
	DPUSeconds float64 `json:"dpu_seconds,omitempty"`
	CostUSD    float64 `json:"cost_usd"`
	Seconds    float64 `json:"seconds"`
	PastSteps  int     `json:"past_steps"` // steps of past runs on which the time is based; 0: it is assumed
	PastRuns   int     `json:"-"`          // runs of its job on which the cost is based
}

// Estimator estimates the time and the cost of a run.
type Estimator interface {
	// Table estimates the build of one table.
	Table(table *pipeline.Table) Estimate
	// Sum describes the cost of several estimates in one sentence; "" if a run
	// costs nothing.
	Sum(steps []Estimate) string
}

// Total adds up estimates. Its past steps are the fewest of one of them.
func Total(steps []Estimate) Estimate {
	var all Estimate
	for i, s := range steps {
		all.ScanBytes += s.ScanBytes
		all.CountBytes += s.CountBytes
		all.DPUSeconds += s.DPUSeconds
		all.CostUSD += s.CostUSD
		all.Seconds += s.Seconds
		if i == 0 || s.PastSteps < all.PastSteps {
			all.PastSteps = s.PastSteps
		}
	}
	return all
}

// Work is what an estimate is based on.
type Work struct {
	Lake  *pipeline.Lake
	Sizes map[string]int64   // bytes, by table
	Past  []*pipeline.Record // the newest first
	// PerHour is the price in US dollars of an hour of the machines that an
	// engine runs on, if its user pays for them.
	PerHour float64
	// Factor is how many times as large as now all tables are; see Times.
	Factor float64
}

// manyPastRuns is the number of past runs that an estimate uses.
const manyPastRuns = 5

// largestSize bounds the sizes of estimates, in bytes, so that sums of them fit
// in 64 bits.
const largestSize = 1e17

// NewWork lists the files of all tables and reads the newest records. A table
// that was never built is taken to be as large as the largest of its inputs.
func NewWork(ctx context.Context, env *Env, perHour float64) (*Work, error) {
	w := &Work{Lake: env.Lake, Sizes: map[string]int64{}, PerHour: perHour, Factor: 1}
	for _, t := range env.Lake.Tables {
		size, err := env.SizeOf(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		if size == 0 && !t.IsLanding() {
			for _, input := range t.Transform.Inputs {
				size = max(size, w.Sizes[input])
			}
		}
		w.Sizes[t.Name] = size
	}
	ids, err := state.NewestRuns(ctx, env.Store)
	if err != nil {
		return nil, err
	}
	w.Past, err = state.ReadableRecords(ctx, env.Store, ids, manyPastRuns)
	return w, err
}

// Size returns the total size of tables in bytes.
func (w *Work) Size(tables ...string) int64 {
	total := int64(0)
	for _, name := range tables {
		total += w.Sizes[name]
	}
	return int64(min(float64(total)*w.Factor, largestSize))
}

// Landing returns the total size of the landing tables in bytes.
func (w *Work) Landing() int64 {
	total := int64(0)
	for _, t := range w.Lake.Tables {
		if t.IsLanding() {
			total += w.Size(t.Name)
		}
	}
	return total
}

// Times returns the work for a lake whose tables are that many times as large.
func (w *Work) Times(factor float64) *Work {
	larger := *w
	larger.Factor *= factor
	return &larger
}

// Pace is how quickly an engine builds tables.
type Pace struct {
	Start     float64 // seconds to start, for each table
	PerSecond float64 // bytes of inputs
	Steps     int     // steps of past runs on which the pace is based; 0: it is assumed
}

// Seconds returns the time to build a table from inputs of that size.
func (p Pace) Seconds(bytes int64) float64 { return p.Start + float64(bytes)/p.PerSecond }

// Pace returns the pace of an engine in past runs, or the assumed one: the line
// that fits best to the steps. Steps whose sizes differ by much less than
// assumedSpread measure the start only, and the assumed throughput remains.
func (w *Work) Pace(engine string, assumed Pace) Pace {
	fit := line{}
	took, passed := 0.0, 0.0
	for _, r := range w.Past {
		if r.Engine != engine {
			continue
		}
		sum := 0.0
		for _, s := range r.Steps {
			if bytes, ok := w.read(r, s); ok {
				fit.add(float64(bytes), s.Seconds)
				sum += s.Seconds
			}
		}
		took += sum
		if r.Seconds > 0 {
			sum = min(sum, r.Seconds)
		}
		passed += sum
	}
	if took <= 0 {
		return assumed
	}
	start, perByte := fit.solve(1/assumed.PerSecond, assumedSpread*assumedSpread)
	together := passed / took // steps may run side by side
	return Pace{Start: start * together, PerSecond: 1 / (perByte * together), Steps: int(fit.n)}
}

// assumedSpread is how different the sizes of steps are that weigh as much as
// the assumed throughput, in bytes.
const assumedSpread = 100e6

// line is a regression line through points.
type line struct{ n, x, y, xx, xy float64 }

func (l *line) add(x, y float64) {
	l.n, l.x, l.y, l.xx, l.xy = l.n+1, l.x+x, l.y+y, l.xx+x*x, l.xy+x*y
}

// solve returns where the line begins and how it rises, neither of which is
// negative. The usual slope has that weight, in squares of x.
func (l *line) solve(usual, weight float64) (begin, slope float64) {
	spread, together := l.xx-l.x*l.x/l.n, l.xy-l.x*l.y/l.n
	if slope = (together + usual*weight) / (max(0, spread) + weight); slope <= 0 {
		slope = usual
	}
	if begin = (l.y - slope*l.x) / l.n; begin >= 0 {
		return begin, slope
	}
	return 0, (l.xy + usual*weight) / (l.xx + weight)
}

// longest is the time in seconds above which a record is not valid.
const longest = 1e8

// read returns how many bytes of inputs a step of a past run has read. A record
// without the size of an input is of no use.
func (w *Work) read(r *pipeline.Record, s pipeline.StepRecord) (bytes int64, ok bool) {
	t := w.Lake.Table(s.Table)
	if s.State != pipeline.Published || t == nil || t.IsLanding() || s.Seconds < 0 || s.Seconds > longest {
		return 0, false
	}
	for _, name := range t.Transform.Inputs {
		input := r.Table(name)
		if input == nil || input.Missing || input.Bytes < 0 || input.Bytes > largestSize {
			return 0, false
		}
		bytes += input.Bytes
	}
	return bytes, true
}

// Local estimates for an engine on machines that its user pays for by the hour,
// or has anyway.
func Local(engine string, assumed Pace) func(*Work) Estimator {
	return func(w *Work) Estimator { return local{w, w.Pace(engine, assumed)} }
}

type local struct {
	work *Work
	pace Pace
}

// Table returns the time of the build, and what the machines cost in it.
func (l local) Table(t *pipeline.Table) Estimate {
	seconds := l.pace.Seconds(l.work.Size(t.Transform.Inputs...))
	return Estimate{Seconds: seconds, CostUSD: seconds / 3600 * l.work.PerHour, PastSteps: l.pace.Steps}
}

// Sum returns "": only services have a bill.
func (local) Sum([]Estimate) string { return "" }
