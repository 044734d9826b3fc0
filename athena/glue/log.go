package glue

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"stedi/athena/account"
)

// logGroups are the log groups to which a run's driver writes, in a stream
// named after the run's id.
var logGroups = []string{"/aws-glue/jobs/output", "/aws-glue/jobs/error"}

// excerpt is the number of log lines in an error.
const excerpt = 8

// tail follows the log of a run. If the log cannot be read, the run continues
// without it.
type tail struct {
	logs *cloudwatchlogs.Client
	run  string
	say  func(line string)
	next map[string]*string // next token by group
	deaf bool
	last []string // the newest lines
}

// fetch reads the lines since the last call.
func (t *tail) fetch(ctx context.Context) {
	if t.next == nil {
		t.next = map[string]*string{}
	}
	for _, group := range logGroups {
		for !t.deaf && t.page(ctx, group) {
			continue
		}
	}
}

// page reads one page, and reports whether there may be another one.
func (t *tail) page(ctx context.Context, group string) bool {
	from := t.next[group]
	out, err := t.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: &t.run, NextToken: from, StartFromHead: aws.Bool(true)})
	if account.Is(err, "ResourceNotFoundException") || ctx.Err() != nil {
		return false // the stream does not exist yet
	}
	if err != nil {
		t.deaf = true
		t.say("the log cannot be read; the run continues: " + account.Explain(err, "read "+group).Error())
		return false
	}
	for _, event := range out.Events {
		for line := range strings.Lines(account.Redact(aws.ToString(event.Message))) {
			if line = strings.TrimSpace(line); line != "" {
				t.last = append(t.last, line)
				t.say(line)
			}
		}
	}
	t.last = t.last[max(0, len(t.last)-excerpt):]
	t.next[group] = out.NextForwardToken
	return aws.ToString(out.NextForwardToken) != aws.ToString(from) && len(out.Events) > 0
}
