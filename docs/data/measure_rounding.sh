#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every operation in every rounding mode, with flags, in both simulators, in four formats of 8 bits
# (docs/reference/rounding.md), and adds rows of docs/data/rounding_rtl.csv for each operation, format and
# simulator. Rows that are there are not run again, so that it can be stopped and go on; take out those
# of an operation whose circuit has changed. Takes hours; `python docs/tables.py rounding_rtl` then
# writes the table.
set -euo pipefail
cd "$(dirname "$0")/../.."
kept=docs/data/rounding_rtl.csv
[[ -e $kept ]] || echo operation,format,to,modes,flags,simulator,pairs,cases,mismatches,date > $kept

# A group is run by one command. Columns before `report` have no commas in them.
verify() {  # SIMULATOR FORMAT OPERATIONS OPTION...
    local simulator=$1 format=$2 operation missing=() mode=""
    shift 2
    [[ $* != *--rounding* ]] || mode=$(sed -E 's/.*--rounding ([^, ]*).*/\1/' <<< "$*")
    for operation in $1; do
        grep -qE "^$operation,$format,[^,]*,[^,]*$mode[^,]*,[^,]*,$simulator," $kept \
            || missing+=("$operation")
    done
    shift
    ((${#missing[@]})) || return 0
    echo "$simulator $format ${missing[*]}" >&2
    local names rows
    names=$(IFS=, && echo "${missing[*]}")
    rows=$(python -m spikefloat verify "$names" --format "$format" --sim "$simulator" "$@" --csv --quiet)
    awk -F, -v date="$(date +%F)" '
        NR == 1 { for (place = 1; place <= NF; place++) column[$place] = place; next }
        {
            row = $column["design"] "," $column["format"] "," $column["to"]
            if (!(row in cases)) order[++count] = row
            mode = $column["rounding"]
            modes[row] = modes[row] (mode == "" || modes[row] == "" ? "" : " ") mode
            flags[row] = $column["flags"]
            rest[row] = $column["simulator"] "," $column["pairs"]
            cases[row] += $column["cases"]
            wrong[row] += $column["mismatches"]
        }
        END {
            for (place = 1; place <= count; place++) {
                row = order[place]
                print row "," modes[row] "," flags[row] "," rest[row] "," cases[row] "," wrong[row] "," date
            }
        }' <<< "$rows" >> $kept
}

formats="e4m3fn e5m2 binary8p3se binary8p4se"
fixed="--rounding port,odd --flags"
drawn="--rounding stochastic-a,stochastic-b,stochastic-c --random-bits 2 --flags"
modes="--rounding port,odd,stochastic-a,stochastic-b,stochastic-c --random-bits 2 --flags"

# What rounds, with 2^16 operands and with fewer.
pairs="multiply add subtract divide scale_by_power_of_two from_int16 from_uint16"
singles="reciprocal square_root reciprocal_root round_to_integral exponent_of"
to_integers="to_int4 to_uint4 to_int8 to_uint8 to_int16 to_uint16 to_int32 to_uint32 to_int64 to_uint64"
narrow="from_int4 from_uint4 from_int8 from_uint8"
wide="from_int32 from_uint32 from_int64 from_uint64"
more="fma fma_subtract fma_negate fma_negate_subtract faa scaled_add scaled_subtract scaled_multiply fpu"
functions="exp exp2 expm1 log log2 log1p sin cos tan sinpi cospi tanh sigmoid silu gelu gelu_tanh erf \
softplus relu6 leaky_relu hard_sigmoid hard_swish"
# What is exact: with flags, and without.
exact="remainder fmod"
compares="less equal less_equal greater greater_equal signalling_equal signalling_greater \
signalling_greater_equal signalling_less signalling_less_equal unordered"
extremes="minimum maximum minimum_number maximum_number minimum_magnitude maximum_magnitude \
minimum_magnitude_number maximum_magnitude_number minimum_finite maximum_finite"
silent="copy_sign negate_sign xor_sign total_order widening_multiply"
questions="negate absolute relu is_zero is_one is_nan is_finite is_sign_minus is_normal is_subnormal \
classify"

# shellcheck disable=SC2086
for simulator in verilator icarus; do
    for format in $formats; do
        others=$(tr " " "\n" <<< "$formats" | grep -vx "$format" | paste -sd,)
        verify $simulator "$format" convert --to "$others" $modes
        verify $simulator "$format" "$singles" $modes
        verify $simulator "$format" "$to_integers" $modes
        verify $simulator "$format" "$narrow" $modes
        verify $simulator "$format" "$exact" --flags
        verify $simulator "$format" "$compares" --flags
        verify $simulator "$format" "$extremes" --flags
        [[ $format != e5m2 ]] || verify $simulator e5m2 "min_num max_num" --flags
        verify $simulator "$format" "next_up next_down" --flags
        verify $simulator "$format" "$silent"
        verify $simulator "$format" "$questions"
        [[ $format == e4m3fn ]] || verify $simulator "$format" is_infinite
    done
    for ways in "$fixed" "$drawn"; do
        for format in $formats; do
            for operation in $pairs; do
                verify $simulator "$format" "$operation" $ways
            done
        done
    done
done
# Tables of functions, which take longest to compile; then what has too many operands for all of them.
# shellcheck disable=SC2086
for simulator in verilator icarus; do
    for format in $formats; do
        verify $simulator "$format" "$functions" $modes
    done
done
# shellcheck disable=SC2086
for simulator in verilator icarus; do
    for format in $formats; do
        # Icarus takes milliseconds for a case: a sixteenth of them.
        fewer=$([[ $simulator == verilator ]] || echo --every 16)
        for operation in $wide $more; do
            verify $simulator "$format" "$operation" --trials 20000 $fewer $modes
        done
    done
done
