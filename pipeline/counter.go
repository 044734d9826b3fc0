package pipeline

import "context"

// Counter is an engine with the capability Counts. It counts and compares rows
// where the lake is stored. Its service charges for what a statement reads, and
// for each statement at least a fixed amount, so one statement has many
// questions.
type Counter interface {
	// Counts answers questions, in their order, in as few statements as the
	// service takes. A question that the service cannot answer, because of its
	// SQL or of the rows that it reads, has an Err. All other failures end the
	// call. It returns soon after ctx ends.
	Counts(ctx context.Context, questions []CountQuestion) ([]CountAnswer, error)
	// CountsAtMost returns what Counts would read and cost at most. It asks the
	// service for nothing.
	CountsAtMost(ctx context.Context, questions []CountQuestion) (Forecast, error)
}

// CountQuestion asks how many rows a query returns, or how they differ from
// those of another query.
type CountQuestion struct {
	// SQL is one SELECT in standard SQL.
	SQL string
	// Against, if not empty, is a SELECT that is compared with SQL as a multiset
	// of rows, in these columns.
	Against string
	Columns []string
	// Number: SQL returns the number itself, as one value, not the rows to count.
	Number bool
	// Given are the results of other SELECTs, under the names by which the query
	// reads them. Each may read the tables before it. One with the name of a
	// table of the lake takes its place, but not in Against.
	Given []GivenTable
	// Reads are the tables of the lake that both read, once for each time.
	Reads []*Table
}

// GivenTable is the result of a SELECT under a name.
type GivenTable struct{ Name, SQL string }

// CountAnswer is the answer to a CountQuestion.
type CountAnswer struct {
	Rows    int64 // of SQL, or its number
	Others  int64 // rows of Against
	Extra   int64 // rows that Against has besides
	Missing int64 // rows that it lacks
	Err     error // why there is no answer
}

// Forecast is what work would cost at most.
type Forecast struct {
	Statements   int
	ScannedBytes int64
	CostUSD      float64
	Unknown      []string // tables whose size is not known, such as views
}
