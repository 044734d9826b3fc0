package replay

import (
	"regexp"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// aggregates are the functions over groups, with their names in DuckDB.
var aggregates = map[string]string{
	"count": "count", "sum": "sum", "min": "min", "max": "max", "avg": "avg", "mean": "avg", "first": "first", "last": "last", "first_value": "first",
	"last_value": "last", "any_value": "any_value",
	"collect_list": "list", "collect_set": "list", "stddev": "stddev_samp", "stddev_samp": "stddev_samp", "std": "stddev_samp", "variance": "var_samp",
	"var_samp": "var_samp", "approx_count_distinct": "count",
}

var ranking = map[string]bool{"row_number": true, "rank": true, "dense_rank": true}

// call translates a function.
func (t *translator) call(e *sparksql.Call, s *scope) (typed, error) {
	var args []typed
	for _, a := range e.Args {
		if _, ok := a.(*sparksql.Star); ok {
			args = append(args, typed{sql: "*", kind: kUnknown})
			continue
		}
		x, err := t.expr(a, s)
		if err != nil {
			return x, err
		}
		args = append(args, x)
	}
	if e.Over != nil || ranking[e.Name] {
		return t.window(e, args, s)
	}
	if _, ok := aggregates[e.Name]; ok {
		return aggregate(e, args, s.line)
	}
	return scalar(e.Name, args, s.line)
}

func aggregate(e *sparksql.Call, args []typed, line int) (typed, error) {
	if len(args) == 0 || len(args) > 1 && e.Name != "first" && e.Name != "last" {
		return typed{}, unsupported(line, "%s with %d arguments is not supported", e.Name, len(args))
	}
	distinct := ""
	if e.Distinct {
		distinct = "DISTINCT "
	}
	x := args[0]
	k := x.kind
	sql := x.sql
	switch e.Name {
	case "count":
		k = kWhole
	case "approx_count_distinct":
		k, distinct = kWhole, "DISTINCT "
	case "collect_list", "collect_set":
		k = kUnknown
	case "avg", "mean", "stddev", "stddev_samp", "std", "variance", "var_samp":
		k, sql = kReal, numeric(x)
	case "sum":
		sql = numeric(x)
		if k == kText {
			k = kReal
		}
	}
	out := aggregates[e.Name] + "(" + distinct + sql + ")"
	if e.Name == "sum" && k == kWhole {
		out = "CAST(" + out + " AS BIGINT)"
	}
	return typed{sql: out, kind: k}, nil
}

func (t *translator) window(e *sparksql.Call, args []typed, s *scope) (typed, error) {
	if e.Over == nil {
		return typed{}, fails(s.line, "%s has no OVER", e.Name)
	}
	fn, k := e.Name, kWhole
	if !ranking[fn] {
		if fn = aggregates[fn]; fn == "" || len(args) != 1 || e.Distinct {
			return typed{}, unsupported(s.line, "%s with OVER is not supported", e.Name)
		}
		if e.Name != "count" {
			k = args[0].kind
		}
	}
	var partition, order, sqls []string
	for _, p := range e.Over.Partition {
		x, err := t.expr(p, s)
		if err != nil {
			return x, err
		}
		partition = append(partition, x.sql)
	}
	for _, o := range e.Over.Order {
		x, err := t.expr(o, s)
		if err != nil {
			return x, err
		}
		order = append(order, x.sql)
	}
	for _, a := range args {
		sqls = append(sqls, a.sql)
	}
	over := ""
	if len(partition) > 0 {
		over = "PARTITION BY " + strings.Join(partition, ", ")
	}
	if len(order) > 0 {
		over += " ORDER BY " + strings.Join(order, ", ")
	}
	return typed{sql: fn + "(" + strings.Join(sqls, ", ") + ") OVER (" + over + ")", kind: k}, nil
}

func asText(x typed) string { return "CAST(" + x.sql + " AS VARCHAR)" }

// textFunctions are the functions of one text: their names in DuckDB, and what they
// return. Any hash serves for another one, because only equality matters.
var textFunctions = map[string]struct {
	name string
	kind kind
}{
	"lower": {"lower", kText}, "lcase": {"lower", kText},
	"upper": {"upper", kText}, "ucase": {"upper", kText},
	"trim": {"trim", kText}, "ltrim": {"ltrim", kText}, "rtrim": {"rtrim", kText},
	"length": {"length", kWhole}, "char_length": {"length", kWhole}, "len": {"length", kWhole},
	"md5": {"md5", kText}, "sha1": {"md5", kText}, "sha": {"md5", kText}, "hash": {"md5", kText},
}

// scalar translates a function of one row.
func scalar(fn string, args []typed, line int) (typed, error) { //nolint:cyclop // one case for each function
	if f, ok := textFunctions[fn]; ok {
		if len(args) != 1 {
			return typed{}, unsupported(line, "%s with %d arguments is not supported", fn, len(args))
		}
		return typed{sql: f.name + "(" + asText(args[0]) + ")", kind: f.kind}, nil
	}
	switch fn {
	case "sha2":
		if len(args) == 2 {
			return typed{sql: "md5(" + asText(args[0]) + ")", kind: kText}, nil
		}
	case "coalesce", "nvl", "ifnull":
		return coalesce(args, line)
	case "isnull", "isnotnull":
		if len(args) == 1 {
			return typed{sql: "(" + args[0].sql + map[string]string{"isnull": " IS NULL)", "isnotnull": " IS NOT NULL)"}[fn], kind: kBool}, nil
		}
	case "abs":
		if len(args) == 1 && isNumber(args[0].kind) {
			return typed{sql: "abs(" + args[0].sql + ")", kind: args[0].kind}, nil
		}
	case "floor", "ceil", "round":
		if len(args) == 1 && isNumber(args[0].kind) {
			return typed{sql: fn + "(" + args[0].sql + ")", kind: kReal}, nil
		}
	case "concat":
		if len(args) > 0 {
			var parts []string
			for _, a := range args {
				parts = append(parts, asText(a))
			}
			return typed{sql: "(" + strings.Join(parts, " || ") + ")", kind: kText}, nil
		}
	case "current_timestamp", "now", "current_date":
		// The day of the run does not decide a count, and is compared with nothing.
		return typed{sql: "TIMESTAMP '2000-01-01'", kind: kUnknown}, nil
	case "from_unixtime":
		if len(args) == 1 && isNumber(args[0].kind) {
			return typed{sql: "strftime(make_timestamp(CAST(trunc(" + args[0].sql + ") AS BIGINT) * 1000000), '%Y-%m-%d %H:%M:%S')", kind: kText}, nil
		}
	case "to_date", "date":
		if len(args) == 1 && isNumber(args[0].kind) {
			return cast(args[0], "date", line)
		}
		if len(args) == 1 && (args[0].kind == kTime || args[0].kind == kDate || args[0].kind == kText) {
			return typed{sql: "TRY_CAST(" + args[0].sql + " AS DATE)", kind: kDate}, nil
		}
	case "to_timestamp", "timestamp":
		if len(args) == 1 {
			return cast(args[0], "timestamp", line)
		}
	case "monotonically_increasing_id":
		return typed{sql: "row_number() OVER ()", kind: kWhole}, nil
	default:
		if x, ok := partOf(fn, args); ok {
			return x, nil
		}
		if x, ok := ofTime(fn, args); ok {
			return x, nil
		}
	}
	f := unsupported(line, "the function %s is not supported", fn)
	f.rowwise = rowwise[fn]
	return typed{}, f
}

// ofTime translates functions of times.
func ofTime(fn string, args []typed) (typed, bool) {
	switch {
	case fn == "unix_timestamp":
		return unixTime(args)
	case fn == "timestamp_millis" && len(args) == 1 && args[0].kind == kWhole:
		return typed{sql: "make_timestamp(" + args[0].sql + " * 1000)", kind: kTime}, true
	case fn == "date_trunc" && len(args) == 2 && truncated[strings.ToLower(args[0].sql)]:
		k := args[1].kind
		return typed{sql: "date_trunc(" + args[0].sql + ", TRY_CAST(" + args[1].sql + " AS TIMESTAMP))", kind: kTime}, k == kTime || k == kDate || k == kText
	}
	return typed{}, false
}

// truncated are the literals of the units to which date_trunc cuts a time.
var truncated = map[string]bool{"'second'": true, "'minute'": true, "'hour'": true, "'day'": true, "'week'": true, "'month'": true, "'quarter'": true, "'year'": true}

// unixTime translates unix_timestamp with one argument. Spark reads a number as
// a text, which has not the form of a time.
func unixTime(args []typed) (typed, bool) {
	if len(args) != 1 {
		return typed{}, false
	}
	of := args[0].sql
	switch k := args[0].kind; {
	case k == kDate || k == kTime:
		of = "CAST(" + of + " AS TIMESTAMP)"
	case k == kText || isNumber(k):
		of = "try_strptime(" + asText(args[0]) + ", '%Y-%m-%d %H:%M:%S')"
	default:
		return typed{}, false
	}
	return typed{sql: seconds(of), kind: kWhole}, true
}

// partOf translates functions that take parts of a value away, or join texts.
func partOf(fn string, args []typed) (typed, bool) {
	switch fn {
	case "substring", "substr":
		return substring(args)
	case "split_part":
		return splitPart(args)
	case "concat_ws":
		return joined(args)
	case "nullif":
		if len(args) == 2 && (args[0].kind == args[1].kind || isNumber(args[0].kind) && isNumber(args[1].kind)) {
			return typed{sql: "nullif(" + args[0].sql + ", " + args[1].sql + ")", kind: args[0].kind}, true
		}
	case "replace":
		if len(args) == 3 {
			return typed{sql: "replace(" + asText(args[0]) + ", " + asText(args[1]) + ", " + asText(args[2]) + ")", kind: kText}, true
		}
	}
	return typed{}, false
}

func substring(args []typed) (typed, bool) {
	if len(args) != 3 || !position.MatchString(args[1].sql) || !position.MatchString(args[2].sql) {
		return typed{}, false
	}
	from := args[1].sql
	if from == "0" { // Spark takes it for the first character
		from = "1"
	}
	return typed{sql: "substring(" + asText(args[0]) + ", " + from + ", " + args[2].sql + ")", kind: kText}, true
}

func splitPart(args []typed) (typed, bool) {
	if len(args) != 3 || args[0].kind != kText || args[1].kind != kText || !position.MatchString(args[2].sql) || args[2].sql == "0" {
		return typed{}, false
	}
	return typed{sql: "split_part(" + args[0].sql + ", " + args[1].sql + ", " + args[2].sql + ")", kind: kText}, true
}

func joined(args []typed) (typed, bool) {
	if len(args) < 2 || args[0].kind != kText {
		return typed{}, false
	}
	parts := []string{args[0].sql}
	for _, a := range args[1:] {
		parts = append(parts, asText(a))
	}
	return typed{sql: "concat_ws(" + strings.Join(parts, ", ") + ")", kind: kText}, true
}

// position is a number of characters from the beginning: Spark counts negative
// ones from the end.
var position = regexp.MustCompile(`^(?:0|[1-9][0-9]{0,6})$`)

// rowwise are functions of one row whose values are not computed.
var rowwise = wordSet(`year month day dayofmonth dayofweek dayofyear weekofyear weekday quarter hour minute second date_format date_add date_sub
	date_diff dateadd datediff date_trunc date_part extract add_months months_between trunc last_day next_day make_date make_timestamp unix_timestamp
	to_unix_timestamp unix_millis unix_seconds unix_micros unix_date timestamp_seconds timestamp_micros date_from_unix_date from_utc_timestamp
	to_utc_timestamp try_to_timestamp convert_timezone
	concat_ws initcap substring substr substring_index left right regexp_replace regexp_extract regexp_extract_all regexp_substr regexp_count regexp_instr
	split split_part replace overlay translate reverse repeat space lpad rpad btrim soundex levenshtein format_number format_string printf instr locate
	position charindex ascii chr char encode decode base64 unbase64 hex unhex crc32 xxhash64 mask url_encode url_decode parse_url sentences
	contains startswith endswith to_char to_number try_to_number to_varchar to_binary bit_length octet_length char_length character_length find_in_set elt
	uuid rand randn random sqrt cbrt exp expm1 log ln log10 log2 log1p pow power sign signum sin cos tan cot asin acos atan atan2 sinh cosh tanh degrees
	radians hypot pi e factorial greatest least nullif nvl2 if iff negative positive mod pmod bround conv bin shiftleft shiftright width_bucket
	try_add try_subtract try_multiply try_divide try_cast div round floor ceil ceiling abs rint zeroifnull nullifzero
	struct named_struct to_json from_json get_json_object json_array_length array map map_keys map_values map_from_arrays size cardinality array_contains
	array_distinct array_join array_max array_min array_position array_sort sort_array element_at slice concat typeof bigint int integer long string
	double float boolean decimal smallint tinyint input_file_name isnan current_user current_database spark_partition_id assert_true aes_encrypt
	aes_decrypt`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

func coalesce(args []typed, line int) (typed, error) {
	if len(args) == 0 {
		return typed{}, unsupported(line, "coalesce without arguments is not supported")
	}
	k := kNull
	var parts []string
	for _, a := range args {
		switch {
		case a.kind == kNull || a.kind == k:
		case k == kNull:
			k = a.kind
		case isNumber(k) && isNumber(a.kind):
			k = kReal
		default:
			k = kText
		}
	}
	for _, a := range args {
		if k == kText && a.kind != kText {
			parts = append(parts, asText(a))
		} else {
			parts = append(parts, a.sql)
		}
	}
	return typed{sql: "coalesce(" + strings.Join(parts, ", ") + ")", kind: k}, nil
}

// isAggregate tells whether an expression has an aggregate outside of a window.
func isAggregate(e sparksql.Expr) bool {
	found := false
	sparksql.Visit(e, func(x sparksql.Expr) {
		if c, ok := x.(*sparksql.Call); ok && c.Over == nil && aggregates[c.Name] != "" {
			found = true
		}
	})
	return found
}
