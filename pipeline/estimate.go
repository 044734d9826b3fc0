package pipeline

import (
	"context"
	"fmt"
)

// Estimate is the estimated usage of a service that charges for its work.
type Estimate struct {
	Queries    int     `json:"queries,omitempty"`
	ScanBytes  int64   `json:"scan_bytes"`  // to build tables and to evaluate checks
	CountBytes int64   `json:"count_bytes"` // to count the rows of stages
	DPUSeconds float64 `json:"dpu_seconds,omitempty"`
	CostUSD    float64 `json:"cost_usd"`
	Seconds    float64 `json:"seconds,omitempty"`
	PastSteps  int     `json:"past_steps"` // steps of past runs on which the time is based; 0: it is assumed
	PastRuns   int     `json:"-"`          // runs of its job on which the cost is based
}

// Add adds another estimate. The past steps become the fewest of both.
func (e *Estimate) Add(other *Estimate) {
	e.Queries += other.Queries
	e.ScanBytes += other.ScanBytes
	e.CountBytes += other.CountBytes
	e.DPUSeconds += other.DPUSeconds
	e.CostUSD += other.CostUSD
	e.Seconds += other.Seconds
	e.PastSteps = min(e.PastSteps, other.PastSteps)
}

// String is the estimate as it is shown beside what was used.
func (e *Estimate) String() string {
	return "estimated: " + Spent(StepRecord{ScannedBytes: e.ScanBytes + e.CountBytes, DPUSeconds: e.DPUSeconds, CostUSD: e.CostUSD})
}

// Estimator estimates the usage of a service.
type Estimator interface {
	// Table estimates the build of one table.
	Table(ctx context.Context, table *Table) (*Estimate, error)
	// Queries estimates queries, each given by the tables that it reads.
	Queries(ctx context.Context, reads [][]string) (*Estimate, error)
}

// Total is all that a run or a check has used of a service that charges for its
// work.
type Total struct {
	Queries      int       `json:"queries"`
	ScannedBytes int64     `json:"scanned_bytes"`
	DPUSeconds   float64   `json:"dpu_seconds,omitempty"`
	CostUSD      float64   `json:"cost_usd"`
	Estimate     *Estimate `json:"estimate,omitempty"`
}

// total adds up what the steps and the checks of a record have used; nil if they
// used nothing.
func (r *Record) total() *Total {
	all := &Total{Estimate: &Estimate{}}
	estimated := true
	add := func(queries int, scanned int64, units, cost float64, estimate *Estimate) {
		all.Queries += queries
		all.ScannedBytes += scanned
		all.DPUSeconds += units
		all.CostUSD += cost
		if queries == 0 && units == 0 {
			return
		}
		if estimate == nil {
			estimated = false
			return
		}
		all.Estimate.Add(estimate)
	}
	for _, s := range r.Steps {
		add(len(s.QueryIDs), s.ScannedBytes, s.DPUSeconds, s.CostUSD, s.Estimate)
	}
	if s := r.Spending; s != nil {
		add(len(s.QueryIDs), s.ScannedBytes, 0, s.CostUSD, s.Estimate)
	}
	if all.Queries == 0 && all.DPUSeconds == 0 {
		return nil
	}
	if !estimated {
		all.Estimate = nil
	}
	return all
}

// String is the total in a line.
func (t *Total) String() string {
	text := "Total: " + Counted(t.Queries, "query") + after(", ", Spent(StepRecord{ScannedBytes: t.ScannedBytes, DPUSeconds: t.DPUSeconds, CostUSD: t.CostUSD}))
	if t.Estimate != nil {
		text += fmt.Sprintf(" (%s)", t.Estimate)
	}
	return text
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}
