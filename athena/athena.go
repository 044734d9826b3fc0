// Package athena runs a lake's SQL on Amazon Athena.
//
//	client, err := athena.Open(ctx, config, athena.Options{Database: "stedi", Workgroup: "primary"})
//	rows, err := client.Query(ctx, "SELECT count(*) FROM customer_trusted")
//
// Every query has a token, so that a lost reply starts no second one; is stopped
// there when it is cancelled here; and says what it scanned and what that
// costs. Results of earlier queries are never reused, since Athena does not
// notice that data has changed.
package athena

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Options say where queries run and what they may take.
type Options struct {
	Database  string
	Workgroup string // empty: primary
	// Output is where results go, such as s3://bucket/prefix/.stedi/athena/;
	// empty: where the workgroup says.
	Output string
	// ReadOnly: no table is built, so the workgroup's own place for results is
	// used where it has one.
	ReadOnly bool
	// MaxScan is how many bytes one query may read, and all counts and checks of
	// a check or of a step together; 0: as many as they like.
	MaxScan int64
	// Estimate says how many bytes a query would read at most, so that one
	// that is too large need not be started. Nil, or an error: unknown.
	Estimate func(ctx context.Context, sql string) (int64, error)
	// Deadline is how long a query may take, with its time in the queue; 0
	// means half an hour.
	Deadline time.Duration
	// Poll is the first and shortest wait between two looks at a query; 0
	// means a tenth of a second.
	Poll  time.Duration
	Price Price
}

// Price is what Athena asks for. The zero value is the price of DefaultPrice.
type Price struct {
	PerTB float64 // US dollars for 10^12 bytes that a query scans
	Least int64   // bytes that the smallest query is charged for
}

// DefaultPrice is that of us-east-1 in November 2026; DDL and failed queries
// are free.
var DefaultPrice = Price{PerTB: 5, Least: 10_000_000}

// Cost is the price of a query in US dollars.
func (p Price) Cost(scanned int64) float64 {
	return float64(max(scanned, p.Least)) * p.PerTB / 1e12
}

// Client asks Athena. Its methods may be called from several goroutines.
type Client struct {
	api      *athena.Client
	options  Options
	together int64 // bytes that counts and checks may read together; 0: any number
}

// Open returns a client after a look at its workgroup: one that does not let
// tables be made where we want them is an error, before any query.
func Open(ctx context.Context, config aws.Config, options Options) (*Client, error) {
	options.Workgroup = cmp.Or(options.Workgroup, "primary")
	options.Deadline = cmp.Or(options.Deadline, 30*time.Minute)
	options.Poll = cmp.Or(options.Poll, time.Second/10)
	if options.Price == (Price{}) {
		options.Price = DefaultPrice
	}
	c := &Client{api: athena.NewFromConfig(config), options: options, together: options.MaxScan}
	return c, c.preflight(ctx)
}

func (c *Client) preflight(ctx context.Context) error {
	name := c.options.Workgroup
	out, err := c.api.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: &name})
	if account.Is(err, "InvalidRequestException") {
		return pipeline.Fail(pipeline.BadUsage, "", "Name one that exists with --workgroup.", "there is no workgroup %s", name)
	}
	if err != nil {
		return account.Explain(err, "look at the workgroup "+name)
	}
	group := out.WorkGroup
	if group.State == types.WorkGroupStateDisabled {
		return pipeline.Fail(pipeline.BadUsage, "", "Enable it, or name another one with --workgroup.", "the workgroup %s is disabled", name)
	}
	settings := group.Configuration
	if settings == nil {
		return nil
	}
	output := ""
	if settings.ResultConfiguration != nil {
		output = aws.ToString(settings.ResultConfiguration.OutputLocation)
	}
	if limit := aws.ToInt64(settings.BytesScannedCutoffPerQuery); limit > 0 && (c.options.MaxScan == 0 || limit < c.options.MaxScan) {
		c.options.MaxScan = limit
	}
	return c.settleResults(settings, output)
}

// settleResults decides where results go. The workgroup names output, or no place.
func (c *Client) settleResults(settings *types.WorkGroupConfiguration, output string) error {
	name := c.options.Workgroup
	managed := settings.ManagedQueryResultsConfiguration != nil && settings.ManagedQueryResultsConfiguration.Enabled
	if c.options.ReadOnly && (output != "" || managed) {
		c.options.Output = ""
	} else if aws.ToBool(settings.EnforceWorkGroupConfiguration) && output != "" {
		return pipeline.Fail(pipeline.BadUsage, "", "Switch off \"Override client-side settings\" in it, or name another one with --workgroup.",
			"the workgroup %s overrides where results go (%s), so no table can be built in the lake", name, output)
	}
	if output == "" && !managed && c.options.Output == "" {
		return pipeline.Fail(pipeline.BadUsage, "", "Set a query result location in it, name another one with --workgroup, or pass --lake s3://BUCKET/PREFIX to keep results there.", "the workgroup %s has no query result location", name)
	}
	return nil
}

//go:embed sql/*.sql
var sqlFiles embed.FS

var sqlTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"name": quoted,
	"text": func(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` },
}).ParseFS(sqlFiles, "sql/*.sql"))

// sqlText fills in one of the files in sql/.
func sqlText(file string, data any) (string, error) {
	var b strings.Builder
	if err := sqlTemplates.ExecuteTemplate(&b, file, data); err != nil {
		return "", fmt.Errorf("sql/%s: %w", file, err)
	}
	return b.String(), nil
}
