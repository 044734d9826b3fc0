package glue

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"stedi/athena/account"
)

// logGroups are where a run's driver writes to under the run's id: what the
// script says, and what goes wrong.
var logGroups = []string{"/aws-glue/jobs/output", "/aws-glue/jobs/error"}

// excerpt is how many lines of a log an error shows.
const excerpt = 8

// tail passes on what is new in the log of a run. A log that cannot be read is
// no reason for a run to fail.
type tail struct {
	logs *cloudwatchlogs.Client
	run  string
	say  func(line string)
	next map[string]*string // by group: from where to go on
	deaf bool
	last []string // the newest lines
}

// fetch takes what has come since the last call.
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
		return false // nothing was said yet
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
