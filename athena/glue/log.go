package glue

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"stedi/athena/account"
)

// logGroups are the log groups to which a run writes. The names of its streams
// begin with the run's id; Glue adds suffixes such as those of the executors.
var logGroups = []string{"/aws-glue/jobs/output", "/aws-glue/jobs/error"}

// excerpt is the number of log lines in an error.
const excerpt = 8

// tail follows the log of a run. If the log cannot be read, the run continues
// without it.
type tail struct {
	logs *cloudwatchlogs.Client
	run  string
	say  func(line string)
	next map[stream]*string // next token
	deaf bool
	last []string // the newest lines
}

// stream is a stream of a log group.
type stream struct{ group, name string }

// fetch reads the lines since the last call.
func (t *tail) fetch(ctx context.Context) {
	if t.next == nil {
		t.next = map[stream]*string{}
	}
	for _, group := range logGroups {
		for _, from := range t.streams(ctx, group) {
			for !t.deaf && t.page(ctx, from) {
				continue
			}
		}
	}
}

// streams returns the streams that a run has in a group, sorted by name. New
// ones appear while it runs.
func (t *tail) streams(ctx context.Context, group string) []stream {
	var found []stream
	pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(t.logs, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &group, LogStreamNamePrefix: &t.run})
	for !t.deaf && pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.missed(ctx, err, group)
			break
		}
		for _, s := range page.LogStreams {
			found = append(found, stream{group, aws.ToString(s.LogStreamName)})
		}
	}
	return found
}

// missed says that the log cannot be read, unless it does not exist yet.
func (t *tail) missed(ctx context.Context, err error, group string) {
	if account.Is(err, "ResourceNotFoundException") || ctx.Err() != nil {
		return
	}
	t.deaf = true
	t.say("the log cannot be read; the run continues: " + account.Explain(err, "read "+group).Error())
}

// page reads one page, and reports whether there may be another one.
func (t *tail) page(ctx context.Context, of stream) bool {
	from := t.next[of]
	out, err := t.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &of.group, LogStreamName: &of.name, NextToken: from, StartFromHead: aws.Bool(true)})
	if err != nil {
		t.missed(ctx, err, of.group)
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
	t.next[of] = out.NextForwardToken
	return aws.ToString(out.NextForwardToken) != aws.ToString(from) && len(out.Events) > 0
}
