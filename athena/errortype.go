package athena

import "stedi/pipeline"

// failureType is what Athena's error catalogue says of a range of error types. It
// decides where the text of a failure is not known. The first range that has a type
// counts.
type failureType struct {
	from, to int
	kind     pipeline.Kind
	fix      string
}

var failureTypes = []failureType{
	{0, 8, pipeline.BadEngine, fixLess},
	{206, 206, pipeline.BadEngine, fixTime},
	{210, 210, pipeline.BadEngine, fixTime},
	{234, 234, pipeline.Denied, fixGrant},
	{100, 303, pipeline.BadEngine, fixLater},
	{401, 402, pipeline.Denied, "Allow s3:PutObject in the place of the query results; `stedi doctor` names it."},
	{1001, 1002, pipeline.BadData, fixLines},
	{1004, 1004, pipeline.BadUsage, fixTable},
	{1005, 1005, pipeline.BadData, fixLines},
	{1006, 1006, pipeline.BadUsage, fixSQL},
	{1007, 1007, pipeline.BadData, fixLines},
	{1008, 1008, pipeline.BadUsage, fixSQL},
	{1011, 1011, pipeline.BadEngine, fixStop},
	{1014, 1014, pipeline.BadEngine, fixStop},
	{1100, 1101, pipeline.BadUsage, fixSQL},
	{1103, 1103, pipeline.BadUsage, fixTable},
	{1106, 1107, pipeline.BadUsage, fixSQL},
	{1109, 1109, pipeline.BadUsage, fixPlace},
	{1110, 1110, pipeline.BadUsage, fixName},
	{1200, 1202, pipeline.BadUsage, fixSQL},
	{1300, 1301, pipeline.BadUsage, fixName},
	{1302, 1302, pipeline.BadEngine, fixGone},
	{1303, 1303, pipeline.BadUsage, fixSQL},
	{1306, 1306, pipeline.BadUsage, fixPlace},
	{1400, 1406, pipeline.BadEngine, fixBusy},
	{1500, 1501, pipeline.Denied, fixRights},
	{1602, 1602, pipeline.BadEngine, "Run again later, or raise the reserved capacity of the workgroup."},
	{1700, 1701, pipeline.BadEngine, fixLater},
	{9999, 9999, pipeline.BadEngine, fixLater},
}

// byType returns the kind of a failure and its fix by its error type.
func byType(number int) (kind pipeline.Kind, fix string, ok bool) {
	for _, t := range failureTypes {
		if number >= t.from && number <= t.to {
			return t.kind, t.fix, true
		}
	}
	return 0, "", false
}
