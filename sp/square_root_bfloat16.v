// square_root_bfloat16
// y = sqrt(a), rounded to nearest even (bfloat16)
// overflow: non-saturating (infinity where the format has one, else NaN)
// library: native gates, budget w2 (|weight| <= 2, fan-in <= 4)
// SPDX-License-Identifier: Apache-2.0
// made by: spikefloat verilog square_root --format bfloat16 --overflow nan --library native
// --budget w2 --objective structure
//
// 399 neurons in 69 layers; 1130 synapses; largest fan-in 4; largest weight 2.
//
// Each neuron is an instance of one of the neuron modules at the end of the file, whose names give
// weights and threshold: p1_m2_t1 is +1, -2 and threshold 1. The first weight belongs to x[0].
// Everything else is wires.
//
// generator: spikefloat 0.2.0
//
// DECLFILENAME: the file holds one whole design and is named after its top module
// verilator lint_off DECLFILENAME
// TIMESCALEMOD: nothing here takes time, so there is no timescale
// verilator lint_off TIMESCALEMOD
// UNOPTFLAT: a bit of a word may depend on another, through neurons: no loop, though it may look
// like one
// verilator lint_off UNOPTFLAT

`default_nettype none

module square_root_bfloat16 (
    input  wire [15:0] a,
    output wire [15:0] y
);
    wire        mux_zero, mux_zero_2, mux, mux_zero_3, mux_2, mux_zero_4, mux_3, mux_zero_5, mux_4;
    wire        mux_zero_6, mux_5, mux_zero_7, mux_6, mux_zero_8, mux_7, mux_8, normal, nonzero;
    wire        exponent_low, unpack_nan, infinite;
    wire [2:0]  amount;
    wire [7:0]  normalize_a_moved;
    wire [8:0]  exponent_height, root;
    wire        inexact;
    wire [7:2]  height_;
    wire [8:0]  normalize_moved;
    wire [7:0]  left;
    wire [14:0] rounded;
    wire        special_values_nan;

    square_root_bfloat16_unpack unpack (
        .code(a[14:0]),
        .normal(normal),
        .nonzero(nonzero),
        .exponent_low(exponent_low),
        .nan(unpack_nan),
        .infinite(infinite));
    square_root_bfloat16_normalize_a normalize_a (
        .significand({normal, a[6:0]}),
        .amount(amount),
        .moved(normalize_a_moved));
    square_root_bfloat16_exponent exponent (
        .exponent_({a[14:8], exponent_low}),
        .amount(amount),
        .height(exponent_height));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_cell (
        .x({exponent_height[0], normalize_a_moved[0]}), .spike(mux_zero));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_2_cell (
        .x({exponent_height[0], normalize_a_moved[1]}), .spike(mux_zero_2));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_cell (
        .x({exponent_height[0], normalize_a_moved[0], mux_zero_2}), .spike(mux));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_3_cell (
        .x({exponent_height[0], normalize_a_moved[2]}), .spike(mux_zero_3));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_2_cell (
        .x({exponent_height[0], normalize_a_moved[1], mux_zero_3}), .spike(mux_2));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_4_cell (
        .x({exponent_height[0], normalize_a_moved[3]}), .spike(mux_zero_4));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_3_cell (
        .x({exponent_height[0], normalize_a_moved[2], mux_zero_4}), .spike(mux_3));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_5_cell (
        .x({exponent_height[0], normalize_a_moved[4]}), .spike(mux_zero_5));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_4_cell (
        .x({exponent_height[0], normalize_a_moved[3], mux_zero_5}), .spike(mux_4));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_6_cell (
        .x({exponent_height[0], normalize_a_moved[5]}), .spike(mux_zero_6));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_5_cell (
        .x({exponent_height[0], normalize_a_moved[4], mux_zero_6}), .spike(mux_5));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_7_cell (
        .x({exponent_height[0], normalize_a_moved[6]}), .spike(mux_zero_7));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_6_cell (
        .x({exponent_height[0], normalize_a_moved[5], mux_zero_7}), .spike(mux_6));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_8_cell (
        .x({exponent_height[0], normalize_a_moved[7]}), .spike(mux_zero_8));
    square_root_bfloat16_neuron_p2_p1_p1_t2 mux_7_cell (
        .x({exponent_height[0], normalize_a_moved[6], mux_zero_8}), .spike(mux_7));
    square_root_bfloat16_neuron_p1_p1_t2 mux_8_cell (.x({exponent_height[0], normalize_a_moved[7]}), .spike(mux_8));
    square_root_bfloat16_significand_root significand_root (
        .radicand({mux_8, mux_7, mux_6, mux_5, mux_4, mux_3, mux_2, mux, mux_zero}),
        .root(root),
        .inexact(inexact));
    square_root_bfloat16_height height (.half(exponent_height[8:2]), .height_(height_));
    square_root_bfloat16_normalize normalize (
        .root(root),
        .height({height_, exponent_height[2:1]}),
        .moved(normalize_moved),
        .left(left));
    square_root_bfloat16_round round (
        .significand(normalize_moved),
        .exponent(left),
        .nonzero(nonzero),
        .inexact(inexact),
        .rounded(rounded));
    square_root_bfloat16_special_values special_values (
        .a_15(a[15]),
        .nonzero(nonzero),
        .unpack_nan(unpack_nan),
        .nan(special_values_nan));
    square_root_bfloat16_pack pack (
        .magnitude(rounded),
        .infinite(infinite),
        .nan(special_values_nan),
        .a_15(a[15]),
        .result(y));
endmodule

// unpack: 15 neurons.
module square_root_bfloat16_unpack (
    input  wire [14:0] code,
    output wire        normal,
    output wire        nonzero,
    output wire        exponent_low,
    output wire        nan,
    output wire        infinite
);
    wire normal_part, normal_part_2, nonzero_part, nonzero_part_2, nonzero_part_3, nonzero_part_4;
    wire top_exponent_part, top_exponent_part_2, top_exponent, any_mantissa;

    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 normal_part_cell (.x(code[10:7]), .spike(normal_part));
    square_root_bfloat16_neuron_p1_p1_t1 normal_part_2_cell (.x(code[12:11]), .spike(normal_part_2));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 normal_cell (
        .x({normal_part_2, normal_part, code[14:13]}), .spike(normal));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 nonzero_part_cell (.x(code[3:0]), .spike(nonzero_part));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 nonzero_part_2_cell (.x(code[7:4]), .spike(nonzero_part_2));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 nonzero_part_3_cell (.x(code[11:8]), .spike(nonzero_part_3));
    square_root_bfloat16_neuron_p1_p1_p1_t1 nonzero_part_4_cell (.x(code[14:12]), .spike(nonzero_part_4));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 nonzero_cell (
        .x({nonzero_part_4, nonzero_part_3, nonzero_part_2, nonzero_part}), .spike(nonzero));
    square_root_bfloat16_neuron_p1_m1_t0 exponent_low_cell (.x({normal, code[7]}), .spike(exponent_low));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 top_exponent_part_cell (.x(code[10:7]), .spike(top_exponent_part));
    square_root_bfloat16_neuron_p1_p1_t2 top_exponent_part_2_cell (.x(code[12:11]), .spike(top_exponent_part_2));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 top_exponent_cell (
        .x({top_exponent_part_2, top_exponent_part, code[14:13]}), .spike(top_exponent));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 any_mantissa_cell (.x({nonzero_part, code[6:4]}), .spike(any_mantissa));
    square_root_bfloat16_neuron_p1_p1_t2 nan_cell (.x({any_mantissa, top_exponent}), .spike(nan));
    square_root_bfloat16_neuron_p1_m1_t1 infinite_cell (.x({any_mantissa, top_exponent}), .spike(infinite));
endmodule

// normalize_a: 51 neurons.
module square_root_bfloat16_normalize_a (
    input  wire [7:0] significand,
    output wire [2:0] amount,
    output wire [7:0] moved
);
    wire       count, any, count_2, any_2, count_3, count_4, any_3, count_5, any_4, count_6, any_5;
    wire       count_7, count_8, any_6;
    wire [7:0] by_4, by_2;
    wire       mux_zero, mux_zero_2, mux_zero_3, mux_zero_4, mux_zero_5, mux_zero_6, mux_zero_7;
    wire       mux_zero_8, mux_zero_9, mux_zero_10;

    square_root_bfloat16_neuron_p1_m1_t1 count_cell (.x(significand[1:0]), .spike(count));
    square_root_bfloat16_neuron_p1_p1_t1 any_cell (.x(significand[1:0]), .spike(any));
    square_root_bfloat16_neuron_p1_m1_t1 count_2_cell (.x(significand[3:2]), .spike(count_2));
    square_root_bfloat16_neuron_p1_p1_t1 any_2_cell (.x(significand[3:2]), .spike(any_2));
    square_root_bfloat16_neuron_p2_p1_m1_t1 count_3_cell (.x({any_2, count, count_2}), .spike(count_3));
    square_root_bfloat16_neuron_p1_m1_t1 count_4_cell (.x({any_2, any}), .spike(count_4));
    square_root_bfloat16_neuron_p1_p1_t1 any_3_cell (.x({any_2, any}), .spike(any_3));
    square_root_bfloat16_neuron_p1_m1_t1 count_5_cell (.x(significand[5:4]), .spike(count_5));
    square_root_bfloat16_neuron_p1_p1_t1 any_4_cell (.x(significand[5:4]), .spike(any_4));
    square_root_bfloat16_neuron_p1_m1_t1 count_6_cell (.x(significand[7:6]), .spike(count_6));
    square_root_bfloat16_neuron_p1_p1_t1 any_5_cell (.x(significand[7:6]), .spike(any_5));
    square_root_bfloat16_neuron_p2_p1_m1_t1 count_7_cell (.x({any_5, count_5, count_6}), .spike(count_7));
    square_root_bfloat16_neuron_p1_m1_t1 count_8_cell (.x({any_5, any_4}), .spike(count_8));
    square_root_bfloat16_neuron_p1_p1_t1 any_6_cell (.x({any_5, any_4}), .spike(any_6));
    square_root_bfloat16_neuron_p2_p1_m1_t1 amount_0_cell (.x({any_6, count_3, count_7}), .spike(amount[0]));
    square_root_bfloat16_neuron_p2_p1_m1_t1 amount_1_cell (.x({any_6, count_4, count_8}), .spike(amount[1]));
    square_root_bfloat16_neuron_p1_m1_t1 amount_2_cell (.x({any_6, any_3}), .spike(amount[2]));
    square_root_bfloat16_neuron_p1_m1_t1 by_4_0_cell (.x({amount[2], significand[0]}), .spike(by_4[0]));
    square_root_bfloat16_neuron_p1_m1_t1 by_4_1_cell (.x({amount[2], significand[1]}), .spike(by_4[1]));
    square_root_bfloat16_neuron_p1_m1_t1 by_4_2_cell (.x({amount[2], significand[2]}), .spike(by_4[2]));
    square_root_bfloat16_neuron_p1_m1_t1 by_4_3_cell (.x({amount[2], significand[3]}), .spike(by_4[3]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_4_4_cell (
        .x({amount[2], significand[0], significand[4]}), .spike(by_4[4]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_4_5_cell (
        .x({amount[2], significand[1], significand[5]}), .spike(by_4[5]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_4_6_cell (
        .x({amount[2], significand[2], significand[6]}), .spike(by_4[6]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_4_7_cell (
        .x({amount[2], significand[3], significand[7]}), .spike(by_4[7]));
    square_root_bfloat16_neuron_p1_m1_t1 by_2_0_cell (.x({amount[1], by_4[0]}), .spike(by_2[0]));
    square_root_bfloat16_neuron_p1_m1_t1 by_2_1_cell (.x({amount[1], by_4[1]}), .spike(by_2[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_cell (.x({amount[1], by_4[2]}), .spike(mux_zero));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_2_2_cell (.x({by_4[0], amount[1], mux_zero}), .spike(by_2[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_2_cell (.x({amount[1], by_4[3]}), .spike(mux_zero_2));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_2_3_cell (.x({by_4[1], amount[1], mux_zero_2}), .spike(by_2[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_3_cell (.x({amount[1], by_4[4]}), .spike(mux_zero_3));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_2_4_cell (.x({by_4[2], amount[1], mux_zero_3}), .spike(by_2[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_4_cell (.x({amount[1], by_4[5]}), .spike(mux_zero_4));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_2_5_cell (.x({by_4[3], amount[1], mux_zero_4}), .spike(by_2[5]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_2_6_cell (.x({by_4[4], amount[1], by_4[6]}), .spike(by_2[6]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 by_2_7_cell (.x({by_4[5], amount[1], by_4[7]}), .spike(by_2[7]));
    square_root_bfloat16_neuron_p1_m1_t1 moved_0_cell (.x({amount[0], by_2[0]}), .spike(moved[0]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_5_cell (.x({amount[0], by_2[1]}), .spike(mux_zero_5));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_1_cell (.x({by_2[0], amount[0], mux_zero_5}), .spike(moved[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_6_cell (.x({amount[0], by_2[2]}), .spike(mux_zero_6));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_2_cell (.x({by_2[1], amount[0], mux_zero_6}), .spike(moved[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_7_cell (.x({amount[0], by_2[3]}), .spike(mux_zero_7));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_3_cell (.x({by_2[2], amount[0], mux_zero_7}), .spike(moved[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_8_cell (.x({amount[0], by_2[4]}), .spike(mux_zero_8));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_4_cell (.x({by_2[3], amount[0], mux_zero_8}), .spike(moved[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_9_cell (.x({amount[0], by_2[5]}), .spike(mux_zero_9));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_5_cell (.x({by_2[4], amount[0], mux_zero_9}), .spike(moved[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_10_cell (.x({amount[0], by_2[6]}), .spike(mux_zero_10));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_6_cell (.x({by_2[5], amount[0], mux_zero_10}), .spike(moved[6]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_7_cell (.x({by_2[6], amount[0], by_2[7]}), .spike(moved[7]));
endmodule

// exponent: 30 neurons.
module square_root_bfloat16_exponent (
    input  wire [7:0] exponent_,
    input  wire [2:0] amount,
    output wire [8:0] height
);
    wire [6:2] carry;
    wire       sum_n_9;
    wire [7:2] sum;
    wire [7:0] carry_2;
    wire       carry_2_9;

    square_root_bfloat16_neuron_p1_p1_t2 carry_2_cell (.x(exponent_[2:1]), .spike(carry[2]));
    square_root_bfloat16_neuron_p1_p1_p1_t3 carry_3_cell (.x(exponent_[3:1]), .spike(carry[3]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_4_cell (.x(exponent_[4:1]), .spike(carry[4]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_5_cell (.x({carry[2], exponent_[5:3]}), .spike(carry[5]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_6_cell (.x({carry[3], exponent_[6:4]}), .spike(carry[6]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 sum_n_9_cell (.x({carry[5], exponent_[6], exponent_[7]}), .spike(sum_n_9));
    square_root_bfloat16_neuron_p1_p1_m2_t1 sum_2_cell (.x({carry[2], exponent_[2:1]}), .spike(sum[2]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 sum_3_cell (.x({carry[3:2], exponent_[3]}), .spike(sum[3]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 sum_4_cell (.x({carry[4:3], exponent_[4]}), .spike(sum[4]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 sum_5_cell (.x({carry[5:4], exponent_[5]}), .spike(sum[5]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 sum_6_cell (.x({carry[6:5], exponent_[6]}), .spike(sum[6]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 sum_7_cell (.x({sum_n_9, carry[6], exponent_[7]}), .spike(sum[7]));
    square_root_bfloat16_neuron_p1_m1_t1 carry_2_0_cell (.x({amount[0], exponent_[0]}), .spike(carry_2[0]));
    square_root_bfloat16_neuron_p1_m1_m2_m2_tm1 carry_2_1_cell (
        .x({amount[1], exponent_[1], amount[0], exponent_[0]}), .spike(carry_2[1]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_2_2_cell (.x({amount[2], carry_2[1], sum[2]}), .spike(carry_2[2]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 carry_2_3_cell (
        .x({amount[2], carry_2[1], sum[2], sum[3]}), .spike(carry_2[3]));
    square_root_bfloat16_neuron_p1_p1_p1_t1 carry_2_4_cell (.x({carry_2[2], sum[4:3]}), .spike(carry_2[4]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_2_5_cell (.x({carry_2[2], sum[5:3]}), .spike(carry_2[5]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_2_6_cell (.x({carry_2[3], sum[6:4]}), .spike(carry_2[6]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_2_7_cell (.x({carry_2[4], sum[7:5]}), .spike(carry_2[7]));
    square_root_bfloat16_neuron_p1_p1_p1_m1_t0 carry_2_9_cell (.x({sum_n_9, carry_2[5], sum[7:6]}), .spike(carry_2_9));
    square_root_bfloat16_neuron_p1_m1_m2_t0 height_0_cell (
        .x({carry_2[0], amount[0], exponent_[0]}), .spike(height[0]));
    square_root_bfloat16_neuron_p1_m1_m1_m2_tm1 height_1_cell (
        .x({carry_2[1], amount[1], exponent_[1], carry_2[0]}), .spike(height[1]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 height_2_cell (
        .x({carry_2[2], amount[2], carry_2[1], sum[2]}), .spike(height[2]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height_3_cell (.x({carry_2[3:2], sum[3]}), .spike(height[3]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height_4_cell (.x({carry_2[4:3], sum[4]}), .spike(height[4]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height_5_cell (.x({carry_2[5:4], sum[5]}), .spike(height[5]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height_6_cell (.x({carry_2[6:5], sum[6]}), .spike(height[6]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height_7_cell (.x({carry_2[7:6], sum[7]}), .spike(height[7]));
    square_root_bfloat16_neuron_p1_m1_m2_tm1 height_8_cell (.x({carry_2_9, sum_n_9, carry_2[7]}), .spike(height[8]));
endmodule

// significand_root: 170 neurons.
module square_root_bfloat16_significand_root (
    input  wire [9:1] radicand,
    output wire [8:0] root,
    output wire       inexact
);
    wire       sum_1, mux_zero;
    wire [1:0] rest;
    wire       mux_zero_2;
    wire [2:1] carry_2, sum_2;
    wire       mux_zero_3;
    wire [2:0] rest_2;
    wire       mux_zero_4, mux_zero_5;
    wire [3:1] carry_3, sum_3;
    wire       mux_zero_6;
    wire [3:0] rest_3;
    wire       mux_zero_7, mux_zero_8, mux_zero_9;
    wire [4:1] carry_4, sum_4;
    wire       mux_zero_10;
    wire [4:0] rest_4;
    wire       mux_zero_11, mux_zero_12, mux_zero_13, mux_zero_14;
    wire [5:2] carry_5, sum_5;
    wire       mux_zero_15;
    wire [5:1] rest_5;
    wire       mux_zero_16, mux_zero_17, mux_zero_18, mux_zero_19;
    wire [6:3] carry_6, sum_6;
    wire       mux_zero_20;
    wire [6:2] rest_6;
    wire       mux_zero_21, mux_zero_22, mux_zero_23, mux_zero_24;
    wire [7:3] carry_7, sum_7;
    wire       mux_zero_25;
    wire [7:2] rest_7;
    wire       mux_zero_26, mux_zero_27, mux_zero_28, mux_zero_29;
    wire [8:3] carry_8, sum_8;
    wire       mux_zero_30;
    wire [8:2] rest_8;
    wire       mux_zero_31, mux_zero_32, mux_zero_33, mux_zero_34, mux_zero_35;
    wire [9:3] carry_9, sum_9;
    wire       mux_zero_36;
    wire [9:2] rest_9;
    wire       mux_zero_37, mux_zero_38, mux_zero_39, mux_zero_40, mux_zero_41, mux_zero_42;
    wire       inexact_part, inexact_part_2;

    square_root_bfloat16_neuron_p1_p1_t1 root_8_cell (.x(radicand[9:8]), .spike(root[8]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 sum_1_cell (.x({root[8], radicand[9:8]}), .spike(sum_1));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_cell (.x({root[8], radicand[8]}), .spike(mux_zero));
    square_root_bfloat16_neuron_p2_p1_m1_t1 rest_0_cell (.x({radicand[8], root[8], mux_zero}), .spike(rest[0]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_2_cell (.x({root[8], radicand[9]}), .spike(mux_zero_2));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_1_cell (.x({sum_1, root[8], mux_zero_2}), .spike(rest[1]));
    square_root_bfloat16_neuron_p1_p1_t1 carry_2_1_cell (.x(radicand[7:6]), .spike(carry_2[1]));
    square_root_bfloat16_neuron_p2_p1_p1_m2_t1 carry_2_2_cell (
        .x({root[8], radicand[7:6], rest[0]}), .spike(carry_2[2]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_7_cell (
        .x({root[8], carry_2[1], rest[0], rest[1]}), .spike(root[7]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 sum_2_1_cell (.x({carry_2[1], radicand[7:6]}), .spike(sum_2[1]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_2_2_cell (
        .x({carry_2[2], root[8], carry_2[1], rest[0]}), .spike(sum_2[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_3_cell (.x({root[7], radicand[6]}), .spike(mux_zero_3));
    square_root_bfloat16_neuron_p2_p1_m1_t1 rest_2_0_cell (.x({radicand[6], root[7], mux_zero_3}), .spike(rest_2[0]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_4_cell (.x({root[7], radicand[7]}), .spike(mux_zero_4));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_2_1_cell (.x({sum_2[1], root[7], mux_zero_4}), .spike(rest_2[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_5_cell (.x({root[7], rest[0]}), .spike(mux_zero_5));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_2_2_cell (.x({sum_2[2], root[7], mux_zero_5}), .spike(rest_2[2]));
    square_root_bfloat16_neuron_p1_p1_t1 carry_3_1_cell (.x(radicand[5:4]), .spike(carry_3[1]));
    square_root_bfloat16_neuron_p2_p1_p1_m2_t1 carry_3_2_cell (
        .x({root[7], radicand[5:4], rest_2[0]}), .spike(carry_3[2]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_3_3_cell (.x({root[8], carry_3[2], rest_2[1]}), .spike(carry_3[3]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_6_cell (
        .x({root[8], carry_3[2], rest_2[1], rest_2[2]}), .spike(root[6]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 sum_3_1_cell (.x({carry_3[1], radicand[5:4]}), .spike(sum_3[1]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_3_2_cell (
        .x({carry_3[2], root[7], carry_3[1], rest_2[0]}), .spike(sum_3[2]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_3_3_cell (
        .x({carry_3[3], root[8], carry_3[2], rest_2[1]}), .spike(sum_3[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_6_cell (.x({root[6], radicand[4]}), .spike(mux_zero_6));
    square_root_bfloat16_neuron_p2_p1_m1_t1 rest_3_0_cell (.x({radicand[4], root[6], mux_zero_6}), .spike(rest_3[0]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_7_cell (.x({root[6], radicand[5]}), .spike(mux_zero_7));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_3_1_cell (.x({sum_3[1], root[6], mux_zero_7}), .spike(rest_3[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_8_cell (.x({root[6], rest_2[0]}), .spike(mux_zero_8));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_3_2_cell (.x({sum_3[2], root[6], mux_zero_8}), .spike(rest_3[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_9_cell (.x({root[6], rest_2[1]}), .spike(mux_zero_9));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_3_3_cell (.x({sum_3[3], root[6], mux_zero_9}), .spike(rest_3[3]));
    square_root_bfloat16_neuron_p1_p1_t1 carry_4_1_cell (.x(radicand[3:2]), .spike(carry_4[1]));
    square_root_bfloat16_neuron_p2_p1_p1_m2_t1 carry_4_2_cell (
        .x({root[6], radicand[3:2], rest_3[0]}), .spike(carry_4[2]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_4_3_cell (.x({root[7], carry_4[2], rest_3[1]}), .spike(carry_4[3]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_4_4_cell (.x({root[8], carry_4[3], rest_3[2]}), .spike(carry_4[4]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_5_cell (
        .x({root[8], carry_4[3], rest_3[2], rest_3[3]}), .spike(root[5]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 sum_4_1_cell (.x({carry_4[1], radicand[3:2]}), .spike(sum_4[1]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_4_2_cell (
        .x({carry_4[2], root[6], carry_4[1], rest_3[0]}), .spike(sum_4[2]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_4_3_cell (
        .x({carry_4[3], root[7], carry_4[2], rest_3[1]}), .spike(sum_4[3]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_4_4_cell (
        .x({carry_4[4], root[8], carry_4[3], rest_3[2]}), .spike(sum_4[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_10_cell (.x({root[5], radicand[2]}), .spike(mux_zero_10));
    square_root_bfloat16_neuron_p2_p1_m1_t1 rest_4_0_cell (.x({radicand[2], root[5], mux_zero_10}), .spike(rest_4[0]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_11_cell (.x({root[5], radicand[3]}), .spike(mux_zero_11));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_4_1_cell (.x({sum_4[1], root[5], mux_zero_11}), .spike(rest_4[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_12_cell (.x({root[5], rest_3[0]}), .spike(mux_zero_12));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_4_2_cell (.x({sum_4[2], root[5], mux_zero_12}), .spike(rest_4[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_13_cell (.x({root[5], rest_3[1]}), .spike(mux_zero_13));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_4_3_cell (.x({sum_4[3], root[5], mux_zero_13}), .spike(rest_4[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_14_cell (.x({root[5], rest_3[2]}), .spike(mux_zero_14));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_4_4_cell (.x({sum_4[4], root[5], mux_zero_14}), .spike(rest_4[4]));
    square_root_bfloat16_neuron_p2_p1_m2_t1 carry_5_2_cell (.x({root[5], radicand[1], rest_4[0]}), .spike(carry_5[2]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_5_3_cell (.x({root[6], carry_5[2], rest_4[1]}), .spike(carry_5[3]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_5_4_cell (.x({root[7], carry_5[3], rest_4[2]}), .spike(carry_5[4]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_5_5_cell (.x({root[8], carry_5[4], rest_4[3]}), .spike(carry_5[5]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_4_cell (
        .x({root[8], carry_5[4], rest_4[3], rest_4[4]}), .spike(root[4]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_5_2_cell (
        .x({carry_5[2], root[5], rest_4[0], radicand[1]}), .spike(sum_5[2]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_5_3_cell (
        .x({carry_5[3], root[6], carry_5[2], rest_4[1]}), .spike(sum_5[3]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_5_4_cell (
        .x({carry_5[4], root[7], carry_5[3], rest_4[2]}), .spike(sum_5[4]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_5_5_cell (
        .x({carry_5[5], root[8], carry_5[4], rest_4[3]}), .spike(sum_5[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_15_cell (.x({root[4], radicand[1]}), .spike(mux_zero_15));
    square_root_bfloat16_neuron_p2_p1_m1_t1 rest_5_1_cell (.x({radicand[1], root[4], mux_zero_15}), .spike(rest_5[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_16_cell (.x({root[4], rest_4[0]}), .spike(mux_zero_16));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_5_2_cell (.x({sum_5[2], root[4], mux_zero_16}), .spike(rest_5[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_17_cell (.x({root[4], rest_4[1]}), .spike(mux_zero_17));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_5_3_cell (.x({sum_5[3], root[4], mux_zero_17}), .spike(rest_5[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_18_cell (.x({root[4], rest_4[2]}), .spike(mux_zero_18));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_5_4_cell (.x({sum_5[4], root[4], mux_zero_18}), .spike(rest_5[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_19_cell (.x({root[4], rest_4[3]}), .spike(mux_zero_19));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_5_5_cell (.x({sum_5[5], root[4], mux_zero_19}), .spike(rest_5[5]));
    square_root_bfloat16_neuron_p1_m1_t1 carry_6_3_cell (.x({root[5], rest_5[1]}), .spike(carry_6[3]));
    square_root_bfloat16_neuron_p2_p1_m1_m2_t1 carry_6_4_cell (
        .x({root[6:5], rest_5[1], rest_5[2]}), .spike(carry_6[4]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_6_5_cell (.x({root[7], carry_6[4], rest_5[3]}), .spike(carry_6[5]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_6_6_cell (.x({root[8], carry_6[5], rest_5[4]}), .spike(carry_6[6]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_3_cell (
        .x({root[8], carry_6[5], rest_5[4], rest_5[5]}), .spike(root[3]));
    square_root_bfloat16_neuron_p1_m1_m2_t0 sum_6_3_cell (.x({carry_6[3], root[5], rest_5[1]}), .spike(sum_6[3]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_6_4_cell (
        .x({carry_6[4], root[6], carry_6[3], rest_5[2]}), .spike(sum_6[4]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_6_5_cell (
        .x({carry_6[5], root[7], carry_6[4], rest_5[3]}), .spike(sum_6[5]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_6_6_cell (
        .x({carry_6[6], root[8], carry_6[5], rest_5[4]}), .spike(sum_6[6]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_20_cell (.x({root[3], root[4]}), .spike(mux_zero_20));
    square_root_bfloat16_neuron_p1_p1_t1 rest_6_2_cell (.x({mux_zero_20, root[3]}), .spike(rest_6[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_21_cell (.x({root[3], rest_5[1]}), .spike(mux_zero_21));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_6_3_cell (.x({sum_6[3], root[3], mux_zero_21}), .spike(rest_6[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_22_cell (.x({root[3], rest_5[2]}), .spike(mux_zero_22));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_6_4_cell (.x({sum_6[4], root[3], mux_zero_22}), .spike(rest_6[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_23_cell (.x({root[3], rest_5[3]}), .spike(mux_zero_23));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_6_5_cell (.x({sum_6[5], root[3], mux_zero_23}), .spike(rest_6[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_24_cell (.x({root[3], rest_5[4]}), .spike(mux_zero_24));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_6_6_cell (.x({sum_6[6], root[3], mux_zero_24}), .spike(rest_6[6]));
    square_root_bfloat16_neuron_p1_m1_t1 carry_7_3_cell (.x(root[4:3]), .spike(carry_7[3]));
    square_root_bfloat16_neuron_p2_p1_m1_m2_t1 carry_7_4_cell (.x({root[5:3], rest_6[2]}), .spike(carry_7[4]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_7_5_cell (.x({root[6], carry_7[4], rest_6[3]}), .spike(carry_7[5]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_7_6_cell (.x({root[7], carry_7[5], rest_6[4]}), .spike(carry_7[6]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_7_7_cell (.x({root[8], carry_7[6], rest_6[5]}), .spike(carry_7[7]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_2_cell (
        .x({root[8], carry_7[6], rest_6[5], rest_6[6]}), .spike(root[2]));
    square_root_bfloat16_neuron_p1_m1_m2_t0 sum_7_3_cell (.x({carry_7[3], root[4:3]}), .spike(sum_7[3]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_7_4_cell (
        .x({carry_7[4], root[5], carry_7[3], rest_6[2]}), .spike(sum_7[4]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_7_5_cell (
        .x({carry_7[5], root[6], carry_7[4], rest_6[3]}), .spike(sum_7[5]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_7_6_cell (
        .x({carry_7[6], root[7], carry_7[5], rest_6[4]}), .spike(sum_7[6]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_7_7_cell (
        .x({carry_7[7], root[8], carry_7[6], rest_6[5]}), .spike(sum_7[7]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_25_cell (.x({root[2], root[3]}), .spike(mux_zero_25));
    square_root_bfloat16_neuron_p1_p1_t1 rest_7_2_cell (.x({mux_zero_25, root[2]}), .spike(rest_7[2]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_7_3_cell (.x({sum_7[3], root[2], mux_zero_25}), .spike(rest_7[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_26_cell (.x({root[2], rest_6[2]}), .spike(mux_zero_26));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_7_4_cell (.x({sum_7[4], root[2], mux_zero_26}), .spike(rest_7[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_27_cell (.x({root[2], rest_6[3]}), .spike(mux_zero_27));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_7_5_cell (.x({sum_7[5], root[2], mux_zero_27}), .spike(rest_7[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_28_cell (.x({root[2], rest_6[4]}), .spike(mux_zero_28));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_7_6_cell (.x({sum_7[6], root[2], mux_zero_28}), .spike(rest_7[6]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_29_cell (.x({root[2], rest_6[5]}), .spike(mux_zero_29));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_7_7_cell (.x({sum_7[7], root[2], mux_zero_29}), .spike(rest_7[7]));
    square_root_bfloat16_neuron_p1_m1_t1 carry_8_3_cell (.x(root[3:2]), .spike(carry_8[3]));
    square_root_bfloat16_neuron_p2_p1_m1_m2_t1 carry_8_4_cell (.x({root[4:2], rest_7[2]}), .spike(carry_8[4]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_8_5_cell (.x({root[5], carry_8[4], rest_7[3]}), .spike(carry_8[5]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_8_6_cell (.x({root[6], carry_8[5], rest_7[4]}), .spike(carry_8[6]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_8_7_cell (.x({root[7], carry_8[6], rest_7[5]}), .spike(carry_8[7]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_8_8_cell (.x({root[8], carry_8[7], rest_7[6]}), .spike(carry_8[8]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_1_cell (
        .x({root[8], carry_8[7], rest_7[6], rest_7[7]}), .spike(root[1]));
    square_root_bfloat16_neuron_p1_m1_m2_t0 sum_8_3_cell (.x({carry_8[3], root[3:2]}), .spike(sum_8[3]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_8_4_cell (
        .x({carry_8[4], root[4], carry_8[3], rest_7[2]}), .spike(sum_8[4]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_8_5_cell (
        .x({carry_8[5], root[5], carry_8[4], rest_7[3]}), .spike(sum_8[5]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_8_6_cell (
        .x({carry_8[6], root[6], carry_8[5], rest_7[4]}), .spike(sum_8[6]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_8_7_cell (
        .x({carry_8[7], root[7], carry_8[6], rest_7[5]}), .spike(sum_8[7]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_8_8_cell (
        .x({carry_8[8], root[8], carry_8[7], rest_7[6]}), .spike(sum_8[8]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_30_cell (.x({root[1], root[2]}), .spike(mux_zero_30));
    square_root_bfloat16_neuron_p1_p1_t1 rest_8_2_cell (.x({mux_zero_30, root[1]}), .spike(rest_8[2]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_8_3_cell (.x({sum_8[3], root[1], mux_zero_30}), .spike(rest_8[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_31_cell (.x({root[1], rest_7[2]}), .spike(mux_zero_31));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_8_4_cell (.x({sum_8[4], root[1], mux_zero_31}), .spike(rest_8[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_32_cell (.x({root[1], rest_7[3]}), .spike(mux_zero_32));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_8_5_cell (.x({sum_8[5], root[1], mux_zero_32}), .spike(rest_8[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_33_cell (.x({root[1], rest_7[4]}), .spike(mux_zero_33));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_8_6_cell (.x({sum_8[6], root[1], mux_zero_33}), .spike(rest_8[6]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_34_cell (.x({root[1], rest_7[5]}), .spike(mux_zero_34));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_8_7_cell (.x({sum_8[7], root[1], mux_zero_34}), .spike(rest_8[7]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_35_cell (.x({root[1], rest_7[6]}), .spike(mux_zero_35));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_8_8_cell (.x({sum_8[8], root[1], mux_zero_35}), .spike(rest_8[8]));
    square_root_bfloat16_neuron_p1_m1_t1 carry_9_3_cell (.x(root[2:1]), .spike(carry_9[3]));
    square_root_bfloat16_neuron_p2_p1_m1_m2_t1 carry_9_4_cell (.x({root[3:1], rest_8[2]}), .spike(carry_9[4]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_9_5_cell (.x({root[4], carry_9[4], rest_8[3]}), .spike(carry_9[5]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_9_6_cell (.x({root[5], carry_9[5], rest_8[4]}), .spike(carry_9[6]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_9_7_cell (.x({root[6], carry_9[6], rest_8[5]}), .spike(carry_9[7]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_9_8_cell (.x({root[7], carry_9[7], rest_8[6]}), .spike(carry_9[8]));
    square_root_bfloat16_neuron_p1_p1_m1_t1 carry_9_9_cell (.x({root[8], carry_9[8], rest_8[7]}), .spike(carry_9[9]));
    square_root_bfloat16_neuron_p2_p1_p1_m1_t1 root_0_cell (
        .x({root[8], carry_9[8], rest_8[7], rest_8[8]}), .spike(root[0]));
    square_root_bfloat16_neuron_p1_m1_m2_t0 sum_9_3_cell (.x({carry_9[3], root[2:1]}), .spike(sum_9[3]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_9_4_cell (
        .x({carry_9[4], root[3], carry_9[3], rest_8[2]}), .spike(sum_9[4]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_9_5_cell (
        .x({carry_9[5], root[4], carry_9[4], rest_8[3]}), .spike(sum_9[5]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_9_6_cell (
        .x({carry_9[6], root[5], carry_9[5], rest_8[4]}), .spike(sum_9[6]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_9_7_cell (
        .x({carry_9[7], root[6], carry_9[6], rest_8[5]}), .spike(sum_9[7]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_9_8_cell (
        .x({carry_9[8], root[7], carry_9[7], rest_8[6]}), .spike(sum_9[8]));
    square_root_bfloat16_neuron_p1_p1_m1_m2_t0 sum_9_9_cell (
        .x({carry_9[9], root[8], carry_9[8], rest_8[7]}), .spike(sum_9[9]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_36_cell (.x({root[0], root[1]}), .spike(mux_zero_36));
    square_root_bfloat16_neuron_p1_p1_t1 rest_9_2_cell (.x({mux_zero_36, root[0]}), .spike(rest_9[2]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_3_cell (.x({sum_9[3], root[0], mux_zero_36}), .spike(rest_9[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_37_cell (.x({root[0], rest_8[2]}), .spike(mux_zero_37));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_4_cell (.x({sum_9[4], root[0], mux_zero_37}), .spike(rest_9[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_38_cell (.x({root[0], rest_8[3]}), .spike(mux_zero_38));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_5_cell (.x({sum_9[5], root[0], mux_zero_38}), .spike(rest_9[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_39_cell (.x({root[0], rest_8[4]}), .spike(mux_zero_39));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_6_cell (.x({sum_9[6], root[0], mux_zero_39}), .spike(rest_9[6]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_40_cell (.x({root[0], rest_8[5]}), .spike(mux_zero_40));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_7_cell (.x({sum_9[7], root[0], mux_zero_40}), .spike(rest_9[7]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_41_cell (.x({root[0], rest_8[6]}), .spike(mux_zero_41));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_8_cell (.x({sum_9[8], root[0], mux_zero_41}), .spike(rest_9[8]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_42_cell (.x({root[0], rest_8[7]}), .spike(mux_zero_42));
    square_root_bfloat16_neuron_p2_p1_p1_t2 rest_9_9_cell (.x({sum_9[9], root[0], mux_zero_42}), .spike(rest_9[9]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 inexact_part_cell (.x({rest_9[4:2], root[0]}), .spike(inexact_part));
    square_root_bfloat16_neuron_p1_p1_p1_t1 inexact_part_2_cell (.x(rest_9[7:5]), .spike(inexact_part_2));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 inexact_cell (
        .x({inexact_part_2, inexact_part, rest_9[9:8]}), .spike(inexact));
endmodule

// height: 12 neurons.
module square_root_bfloat16_height (
    input  wire [7:1] half,
    output wire [7:2] height_
);
    wire [7:2] carry;

    square_root_bfloat16_neuron_p1_p1_t1 carry_2_cell (.x(half[2:1]), .spike(carry[2]));
    square_root_bfloat16_neuron_p1_p1_p1_t1 carry_3_cell (.x(half[3:1]), .spike(carry[3]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_4_cell (.x(half[4:1]), .spike(carry[4]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_5_cell (.x({carry[2], half[5:3]}), .spike(carry[5]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_6_cell (.x({carry[3], half[6:4]}), .spike(carry[6]));
    square_root_bfloat16_neuron_p2_p1_p1_t3 carry_7_cell (.x({carry[5], half[6], half[7]}), .spike(carry[7]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height__2_cell (.x({carry[2], half[2:1]}), .spike(height_[2]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height__3_cell (.x({carry[3:2], half[3]}), .spike(height_[3]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height__4_cell (.x({carry[4:3], half[4]}), .spike(height_[4]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height__5_cell (.x({carry[5:4], half[5]}), .spike(height_[5]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 height__6_cell (.x({carry[6:5], half[6]}), .spike(height_[6]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 height__7_cell (.x({carry[7:6], half[7]}), .spike(height_[7]));
endmodule

// normalize: 33 neurons.
module square_root_bfloat16_normalize (
    input  wire [8:0] root,
    input  wire [7:0] height,
    output wire [8:0] moved,
    output wire [7:0] left
);
    wire       amount_0, mux_zero, mux_zero_2, mux_zero_3, mux_zero_4, mux_zero_5, mux_zero_6;
    wire       mux_zero_7;
    wire [7:0] carry;

    square_root_bfloat16_neuron_p1_m1_t1 amount_0_cell (.x(root[8:7]), .spike(amount_0));
    square_root_bfloat16_neuron_p1_m1_t1 moved_0_cell (.x({amount_0, root[0]}), .spike(moved[0]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_cell (.x({amount_0, root[1]}), .spike(mux_zero));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_1_cell (.x({amount_0, root[0], mux_zero}), .spike(moved[1]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_2_cell (.x({amount_0, root[2]}), .spike(mux_zero_2));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_2_cell (.x({amount_0, root[1], mux_zero_2}), .spike(moved[2]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_3_cell (.x({amount_0, root[3]}), .spike(mux_zero_3));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_3_cell (.x({amount_0, root[2], mux_zero_3}), .spike(moved[3]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_4_cell (.x({amount_0, root[4]}), .spike(mux_zero_4));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_4_cell (.x({amount_0, root[3], mux_zero_4}), .spike(moved[4]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_5_cell (.x({amount_0, root[5]}), .spike(mux_zero_5));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_5_cell (.x({amount_0, root[4], mux_zero_5}), .spike(moved[5]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_6_cell (.x({amount_0, root[6]}), .spike(mux_zero_6));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_6_cell (.x({amount_0, root[5], mux_zero_6}), .spike(moved[6]));
    square_root_bfloat16_neuron_p1_m1_t1 mux_zero_7_cell (.x({amount_0, root[7]}), .spike(mux_zero_7));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_7_cell (.x({amount_0, root[6], mux_zero_7}), .spike(moved[7]));
    square_root_bfloat16_neuron_p2_p1_p1_t2 moved_8_cell (.x({amount_0, root[7], root[8]}), .spike(moved[8]));
    square_root_bfloat16_neuron_p1_m1_t0 carry_0_cell (.x({amount_0, height[0]}), .spike(carry[0]));
    square_root_bfloat16_neuron_p1_m1_m1_tm1 carry_1_cell (.x({amount_0, height[1:0]}), .spike(carry[1]));
    square_root_bfloat16_neuron_p1_p1_m1_m1_tm1 carry_2_cell (
        .x({amount_0, height[1], height[2], height[0]}), .spike(carry[2]));
    square_root_bfloat16_neuron_p1_p1_p1_m1_t0 carry_3_cell (.x({height[1], carry[0], height[3:2]}), .spike(carry[3]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_4_cell (.x({carry[1], height[4:2]}), .spike(carry[4]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_5_cell (.x({carry[2], height[5:3]}), .spike(carry[5]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_6_cell (.x({carry[3], height[6:4]}), .spike(carry[6]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t1 carry_7_cell (.x({carry[4], height[7:5]}), .spike(carry[7]));
    square_root_bfloat16_neuron_p1_m1_m2_tm1 left_0_cell (.x({carry[0], amount_0, height[0]}), .spike(left[0]));
    square_root_bfloat16_neuron_p1_m1_m2_tm1 left_1_cell (.x({carry[1], height[1], carry[0]}), .spike(left[1]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 left_2_cell (.x({carry[2:1], height[2]}), .spike(left[2]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 left_3_cell (.x({carry[3:2], height[3]}), .spike(left[3]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 left_4_cell (.x({carry[4:3], height[4]}), .spike(left[4]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 left_5_cell (.x({carry[5:4], height[5]}), .spike(left[5]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 left_6_cell (.x({carry[6:5], height[6]}), .spike(left[6]));
    square_root_bfloat16_neuron_p1_p1_m2_t0 left_7_cell (.x({carry[7:6], height[7]}), .spike(left[7]));
endmodule

// round: 39 neurons.
module square_root_bfloat16_round (
    input  wire [8:0]  significand,
    input  wire [7:0]  exponent,
    input  wire        nonzero,
    input  wire        inexact,
    output wire [14:0] rounded
);
    wire       and_, and_2, and_3, and_4, and_5, and_6, and_7, and_8, round_up;
    wire [6:0] carry;
    wire       rounded_15;
    wire [6:0] carry_2;

    square_root_bfloat16_neuron_p1_p1_t2 and_cell (.x({nonzero, exponent[0]}), .spike(and_));
    square_root_bfloat16_neuron_p1_p1_t2 and_2_cell (.x({nonzero, exponent[1]}), .spike(and_2));
    square_root_bfloat16_neuron_p1_p1_t2 and_3_cell (.x({nonzero, exponent[2]}), .spike(and_3));
    square_root_bfloat16_neuron_p1_p1_t2 and_4_cell (.x({nonzero, exponent[3]}), .spike(and_4));
    square_root_bfloat16_neuron_p1_p1_t2 and_5_cell (.x({nonzero, exponent[4]}), .spike(and_5));
    square_root_bfloat16_neuron_p1_p1_t2 and_6_cell (.x({nonzero, exponent[5]}), .spike(and_6));
    square_root_bfloat16_neuron_p1_p1_t2 and_7_cell (.x({nonzero, exponent[6]}), .spike(and_7));
    square_root_bfloat16_neuron_p1_p1_t2 and_8_cell (.x({nonzero, exponent[7]}), .spike(and_8));
    square_root_bfloat16_neuron_p2_p1_p1_t3 round_up_cell (.x({inexact, significand[1:0]}), .spike(round_up));
    square_root_bfloat16_neuron_p1_p1_t2 carry_0_cell (.x({round_up, significand[1]}), .spike(carry[0]));
    square_root_bfloat16_neuron_p1_p1_p1_t3 carry_1_cell (.x({round_up, significand[2:1]}), .spike(carry[1]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_2_cell (.x({round_up, significand[3:1]}), .spike(carry[2]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_3_cell (.x({carry[0], significand[4:2]}), .spike(carry[3]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_4_cell (.x({carry[1], significand[5:3]}), .spike(carry[4]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_5_cell (.x({carry[2], significand[6:4]}), .spike(carry[5]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_6_cell (.x({carry[3], significand[7:5]}), .spike(carry[6]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_0_cell (
        .x({carry[0], round_up, significand[1]}), .spike(rounded[0]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_1_cell (.x({carry[1:0], significand[2]}), .spike(rounded[1]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_2_cell (.x({carry[2:1], significand[3]}), .spike(rounded[2]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_3_cell (.x({carry[3:2], significand[4]}), .spike(rounded[3]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_4_cell (.x({carry[4:3], significand[5]}), .spike(rounded[4]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_5_cell (.x({carry[5:4], significand[6]}), .spike(rounded[5]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_6_cell (.x({carry[6:5], significand[7]}), .spike(rounded[6]));
    square_root_bfloat16_neuron_p1_p1_p1_t2 carry_2_0_cell (.x({carry[6], and_, significand[8]}), .spike(carry_2[0]));
    square_root_bfloat16_neuron_p2_p1_p1_p1_t4 carry_2_1_cell (
        .x({carry[6], and_, significand[8], and_2}), .spike(carry_2[1]));
    square_root_bfloat16_neuron_p1_p1_p1_t3 carry_2_2_cell (.x({carry_2[0], and_3, and_2}), .spike(carry_2[2]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_2_3_cell (
        .x({carry_2[0], and_4, and_3, and_2}), .spike(carry_2[3]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_2_4_cell (
        .x({carry_2[1], and_5, and_4, and_3}), .spike(carry_2[4]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_2_5_cell (
        .x({carry_2[2], and_6, and_5, and_4}), .spike(carry_2[5]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 carry_2_6_cell (
        .x({carry_2[3], and_7, and_6, and_5}), .spike(carry_2[6]));
    square_root_bfloat16_neuron_p1_p1_p1_p1_t4 rounded_15_cell (
        .x({carry_2[4], and_8, and_7, and_6}), .spike(rounded_15));
    square_root_bfloat16_neuron_p1_p1_p1_m2_t1 rounded_7_cell (
        .x({carry_2[0], carry[6], and_, significand[8]}), .spike(rounded[7]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_8_cell (.x({carry_2[1:0], and_2}), .spike(rounded[8]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_9_cell (.x({carry_2[2:1], and_3}), .spike(rounded[9]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_10_cell (.x({carry_2[3:2], and_4}), .spike(rounded[10]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_11_cell (.x({carry_2[4:3], and_5}), .spike(rounded[11]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_12_cell (.x({carry_2[5:4], and_6}), .spike(rounded[12]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_13_cell (.x({carry_2[6:5], and_7}), .spike(rounded[13]));
    square_root_bfloat16_neuron_p1_p1_m2_t1 rounded_14_cell (.x({rounded_15, carry_2[6], and_8}), .spike(rounded[14]));
endmodule

// special_values: 2 neurons.
module square_root_bfloat16_special_values (
    input  wire a_15,
    input  wire nonzero,
    input  wire unpack_nan,
    output wire nan
);
    wire invalid;

    square_root_bfloat16_neuron_p1_p1_t2 invalid_cell (.x({nonzero, a_15}), .spike(invalid));
    square_root_bfloat16_neuron_p1_p1_t1 nan_cell (.x({invalid, unpack_nan}), .spike(nan));
endmodule

// pack: 31 neurons.
module square_root_bfloat16_pack (
    input  wire [14:0] magnitude,
    input  wire        infinite,
    input  wire        nan,
    input  wire        a_15,
    output wire [15:0] result
);
    wire forced, forced_2, forced_3, forced_4, forced_5, forced_6, forced_7, forced_8, forced_9;
    wire forced_10, forced_11, forced_12, forced_13, forced_14, forced_15;

    square_root_bfloat16_neuron_p1_m1_t1 forced_cell (.x({infinite, magnitude[0]}), .spike(forced));
    square_root_bfloat16_neuron_p1_m1_t1 forced_2_cell (.x({infinite, magnitude[1]}), .spike(forced_2));
    square_root_bfloat16_neuron_p1_m1_t1 forced_3_cell (.x({infinite, magnitude[2]}), .spike(forced_3));
    square_root_bfloat16_neuron_p1_m1_t1 forced_4_cell (.x({infinite, magnitude[3]}), .spike(forced_4));
    square_root_bfloat16_neuron_p1_m1_t1 forced_5_cell (.x({infinite, magnitude[4]}), .spike(forced_5));
    square_root_bfloat16_neuron_p1_m1_t1 forced_6_cell (.x({infinite, magnitude[5]}), .spike(forced_6));
    square_root_bfloat16_neuron_p1_m1_t1 forced_7_cell (.x({infinite, magnitude[6]}), .spike(forced_7));
    square_root_bfloat16_neuron_p1_p1_t1 forced_8_cell (.x({infinite, magnitude[7]}), .spike(forced_8));
    square_root_bfloat16_neuron_p1_p1_t1 forced_9_cell (.x({infinite, magnitude[8]}), .spike(forced_9));
    square_root_bfloat16_neuron_p1_p1_t1 forced_10_cell (.x({infinite, magnitude[9]}), .spike(forced_10));
    square_root_bfloat16_neuron_p1_p1_t1 forced_11_cell (.x({infinite, magnitude[10]}), .spike(forced_11));
    square_root_bfloat16_neuron_p1_p1_t1 forced_12_cell (.x({infinite, magnitude[11]}), .spike(forced_12));
    square_root_bfloat16_neuron_p1_p1_t1 forced_13_cell (.x({infinite, magnitude[12]}), .spike(forced_13));
    square_root_bfloat16_neuron_p1_p1_t1 forced_14_cell (.x({infinite, magnitude[13]}), .spike(forced_14));
    square_root_bfloat16_neuron_p1_p1_t1 forced_15_cell (.x({infinite, magnitude[14]}), .spike(forced_15));
    square_root_bfloat16_neuron_p1_m1_t1 result_0_cell (.x({nan, forced}), .spike(result[0]));
    square_root_bfloat16_neuron_p1_m1_t1 result_1_cell (.x({nan, forced_2}), .spike(result[1]));
    square_root_bfloat16_neuron_p1_m1_t1 result_2_cell (.x({nan, forced_3}), .spike(result[2]));
    square_root_bfloat16_neuron_p1_m1_t1 result_3_cell (.x({nan, forced_4}), .spike(result[3]));
    square_root_bfloat16_neuron_p1_m1_t1 result_4_cell (.x({nan, forced_5}), .spike(result[4]));
    square_root_bfloat16_neuron_p1_m1_t1 result_5_cell (.x({nan, forced_6}), .spike(result[5]));
    square_root_bfloat16_neuron_p1_p1_t1 result_6_cell (.x({forced_7, nan}), .spike(result[6]));
    square_root_bfloat16_neuron_p1_p1_t1 result_7_cell (.x({forced_8, nan}), .spike(result[7]));
    square_root_bfloat16_neuron_p1_p1_t1 result_8_cell (.x({forced_9, nan}), .spike(result[8]));
    square_root_bfloat16_neuron_p1_p1_t1 result_9_cell (.x({forced_10, nan}), .spike(result[9]));
    square_root_bfloat16_neuron_p1_p1_t1 result_10_cell (.x({forced_11, nan}), .spike(result[10]));
    square_root_bfloat16_neuron_p1_p1_t1 result_11_cell (.x({forced_12, nan}), .spike(result[11]));
    square_root_bfloat16_neuron_p1_p1_t1 result_12_cell (.x({forced_13, nan}), .spike(result[12]));
    square_root_bfloat16_neuron_p1_p1_t1 result_13_cell (.x({forced_14, nan}), .spike(result[13]));
    square_root_bfloat16_neuron_p1_p1_t1 result_14_cell (.x({forced_15, nan}), .spike(result[14]));
    square_root_bfloat16_neuron_p1_m1_t1 result_15_cell (.x({nan, a_15}), .spike(result[15]));
endmodule

// Fires when x[0] + x[1] >= 1: OR.
module square_root_bfloat16_neuron_p1_p1_t1 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] >= 2: AND.
module square_root_bfloat16_neuron_p1_p1_t2 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] >= 0: x[0] or not x[1].
module square_root_bfloat16_neuron_p1_m1_t0 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b1011;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] >= 1: x[0] and not x[1].
module square_root_bfloat16_neuron_p1_m1_t1 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b0010;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] >= 2: x[0] or (x[1] and x[2]).
module square_root_bfloat16_neuron_p2_p1_p1_t2 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1110_1010;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] >= 3: x[0] and (x[1] or x[2]).
module square_root_bfloat16_neuron_p2_p1_p1_t3 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1010_1000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] >= 1: x[0] or (x[1] and not x[2]).
module square_root_bfloat16_neuron_p2_p1_m1_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1010_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - 2*x[2] >= 1: at least 2 of x[0], not x[2], x[1].
module square_root_bfloat16_neuron_p2_p1_m2_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1000_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] >= 1: OR.
module square_root_bfloat16_neuron_p1_p1_p1_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1111_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] >= 2: the majority, which is the carry of a full adder.
module square_root_bfloat16_neuron_p1_p1_p1_t2 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1110_1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] >= 3: AND.
module square_root_bfloat16_neuron_p1_p1_p1_t3 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1000_0000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] >= 1: at least 2 of x[0], x[1], not x[2].
module square_root_bfloat16_neuron_p1_p1_m1_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1000_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - 2*x[2] >= 0: not x[2] or (x[0] and x[1]).
module square_root_bfloat16_neuron_p1_p1_m2_t0 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1000_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - 2*x[2] >= 1: the parity of x[0], x[1], if x[2] is their AND.
module square_root_bfloat16_neuron_p1_p1_m2_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - x[2] >= -1: x[0] or not x[1] or not x[2].
module square_root_bfloat16_neuron_p1_m1_m1_tm1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1011_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - 2*x[2] >= -1: not x[2] or (x[0] and not x[1]).
module square_root_bfloat16_neuron_p1_m1_m2_tm1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0010_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - 2*x[2] >= 0: not x[2] and (x[0] or not x[1]).
module square_root_bfloat16_neuron_p1_m1_m2_t0 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_1011;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] + x[3] >= 4: x[0] and (at least 2 of x[1], x[2], x[3]).
module square_root_bfloat16_neuron_p2_p1_p1_p1_t4 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1010_1000_1000_0000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - x[3] >= 1: x[0] or (at least 2 of x[1], x[2], not x[3]).
module square_root_bfloat16_neuron_p2_p1_p1_m1_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1010_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - 2*x[3] >= 1.
module square_root_bfloat16_neuron_p2_p1_p1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1010_1000_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] - 2*x[3] >= 1.
module square_root_bfloat16_neuron_p2_p1_m1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_1000_1010_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] + x[3] >= 1: OR.
module square_root_bfloat16_neuron_p1_p1_p1_p1_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1111_1111_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] + x[3] >= 4: AND.
module square_root_bfloat16_neuron_p1_p1_p1_p1_t4 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_0000_0000_0000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] - x[3] >= 0: x[0] or x[1] or x[2] or not x[3].
module square_root_bfloat16_neuron_p1_p1_p1_m1_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1111_1110_1111_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] - 2*x[3] >= 1: the parity of x[0], x[1], x[2], if x[3] is their
// majority.
module square_root_bfloat16_neuron_p1_p1_p1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_0000_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] - x[3] >= -1: x[0] or x[1] or not x[2] or not x[3].
module square_root_bfloat16_neuron_p1_p1_m1_m1_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1111_1111_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] - 2*x[3] >= 0.
module square_root_bfloat16_neuron_p1_p1_m1_m2_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_1000_1110_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - x[2] - 2*x[3] >= -1.
module square_root_bfloat16_neuron_p1_m1_m1_m2_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0010_1011_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - 2*x[2] - 2*x[3] >= -1.
module square_root_bfloat16_neuron_p1_m1_m2_m2_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0010_0010_1111;
    assign spike = fires[x];
endmodule

`default_nettype wire
