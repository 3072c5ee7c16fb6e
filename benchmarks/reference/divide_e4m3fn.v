// SPDX-License-Identifier: Apache-2.0
// divide_e4m3fn_plain: y = a / b, rounded to nearest even, overflow and division by zero to NaN.
//
// Written by hand as one would without thinking of neurons, and exact on all operand pairs: what
// generated circuits are compared with. Restoring division, a digit from each row. CUTS puts up to
// four registers at places chosen by hand.

`default_nettype none

module divide_e4m3fn_plain #(
    parameter CUTS = 0
) (
    input  wire       clk,
    input  wire [7:0] a,
    input  wire [7:0] b,
    output wire [7:0] y
);
    // Operands, with the leading one of a subnormal moved to its place.
    wire [3:0] a_significand, b_significand;
    wire [4:0] a_exponent, b_exponent;
    normal_e4m3fn_plain normal_a (.code(a[6:0]), .significand(a_significand), .exponent(a_exponent));
    normal_e4m3fn_plain normal_b (.code(b[6:0]), .significand(b_significand), .exponent(b_exponent));
    wire [5:0] exponent = {a_exponent[4], a_exponent} - {b_exponent[4], b_exponent} + 6'd7;
    wire nan = a[6:0] == 7'h7f || b[6:0] == 7'h7f || b[6:0] == 0;
    wire zero = a[6:0] == 0;
    wire sign = a[7] ^ b[7];

    // Six digits of the quotient: one before the point, which may be zero, and five behind it.
    wire [4:0] rest_1, rest_2;
    wire [5:4] high;
    digit_e4m3fn_plain digit_5 (
        .rest({1'b0, a_significand}), .divisor(b_significand), .digit(high[5]), .left(rest_1));
    digit_e4m3fn_plain digit_4 (
        .rest(rest_1), .divisor(b_significand), .digit(high[4]), .left(rest_2));

    wire [4:0] rest_3;
    wire [5:4] high_3;
    wire [3:0] divisor_3;
    wire [5:0] exponent_3;
    wire nan_3, zero_3, sign_3;
    cut_e4m3fn_plain #(.WIDTH(20), .IS_CUT(CUTS >= 2)) cut_high (
        .clk(clk), .d({rest_2, high, b_significand, exponent, nan, zero, sign}),
        .q({rest_3, high_3, divisor_3, exponent_3, nan_3, zero_3, sign_3}));

    wire [4:0] rest_4, rest_5;
    wire [3:2] middle;
    digit_e4m3fn_plain digit_3 (
        .rest(rest_3), .divisor(divisor_3), .digit(middle[3]), .left(rest_4));
    digit_e4m3fn_plain digit_2 (
        .rest(rest_4), .divisor(divisor_3), .digit(middle[2]), .left(rest_5));

    wire [4:0] rest_6;
    wire [5:2] high_6;
    wire [3:0] divisor_6;
    wire [5:0] exponent_6;
    wire nan_6, zero_6, sign_6;
    cut_e4m3fn_plain #(.WIDTH(22), .IS_CUT(CUTS == 1 || CUTS >= 4)) cut_middle (
        .clk(clk), .d({rest_5, high_3, middle, divisor_3, exponent_3, nan_3, zero_3, sign_3}),
        .q({rest_6, high_6, divisor_6, exponent_6, nan_6, zero_6, sign_6}));

    wire [4:0] rest_7, rest_8;
    wire [1:0] low;
    digit_e4m3fn_plain digit_1 (
        .rest(rest_6), .divisor(divisor_6), .digit(low[1]), .left(rest_7));
    digit_e4m3fn_plain digit_0 (
        .rest(rest_7), .divisor(divisor_6), .digit(low[0]), .left(rest_8));
    wire [6:0] quotient = {high_6, low, rest_8 != 0};

    wire [6:0] quotient_9;
    wire [5:0] exponent_9;
    wire nan_9, zero_9, sign_9;
    cut_e4m3fn_plain #(.WIDTH(16), .IS_CUT(CUTS >= 2)) cut_quotient (
        .clk(clk), .d({quotient, exponent_6, nan_6, zero_6, sign_6}),
        .q({quotient_9, exponent_9, nan_9, zero_9, sign_9}));

    // Normalize, move what is below the normal range right again, and leave traces.
    wire [6:0] normal = quotient_9[6] ? quotient_9 : {quotient_9[5:0], 1'b0};
    wire signed [5:0] normal_exponent = exponent_9 - {5'b0, ~quotient_9[6]};
    wire is_low = normal_exponent < 6'sd1;
    wire [3:0] places = is_low ? 4'd1 - normal_exponent[3:0] : 4'd0;
    wire [15:0] moved = {normal, 9'b0} >> places;
    wire [4:0] field = moved[15] ? normal_exponent[4:0] : 5'd0;
    wire [3:0] significand = moved[15:12];
    wire half = moved[11];
    wire sticky = |moved[10:0];

    wire [4:0] field_10;
    wire [3:0] significand_10;
    wire half_10, sticky_10, nan_10, zero_10, sign_10;
    cut_e4m3fn_plain #(.WIDTH(14), .IS_CUT(CUTS >= 3)) cut_moved (
        .clk(clk), .d({field, significand, half, sticky, nan_9, zero_9, sign_9}),
        .q({field_10, significand_10, half_10, sticky_10, nan_10, zero_10, sign_10}));

    // Round: a carry out of the mantissa goes to the exponent, where it belongs.
    wire up = half_10 & (sticky_10 | significand_10[0]);
    wire [7:0] rounded = {field_10, significand_10[2:0]} + {7'b0, up};
    assign y = zero_10 && !nan_10 ? {sign_10, 7'b0}
             : nan_10 || rounded > 8'h7e ? 8'h7f : {sign_10, rounded[6:0]};
endmodule

// The significand with its leading one at the top, and the exponent that belongs to it.
module normal_e4m3fn_plain (
    input  wire [6:0] code,
    output reg  [3:0] significand,
    output reg  [4:0] exponent
);
    always @*
        if (code[6:3] != 0) begin
            significand = {1'b1, code[2:0]};
            exponent = {1'b0, code[6:3]};
        end else if (code[2]) begin
            significand = {code[2:0], 1'b0};
            exponent = 5'd0;
        end else if (code[1]) begin
            significand = {code[1:0], 2'b0};
            exponent = -5'd1;
        end else begin
            significand = 4'b1000;
            exponent = -5'd2;
        end
endmodule

// A row of restoring division: subtract if that goes.
module digit_e4m3fn_plain (
    input  wire [4:0] rest,
    input  wire [3:0] divisor,
    output wire       digit,
    output wire [4:0] left
);
    wire [5:0] difference = {1'b0, rest} - {2'b0, divisor};
    assign digit = ~difference[5];
    assign left = {digit ? difference[3:0] : rest[3:0], 1'b0};
endmodule

// A register, or wires.
module cut_e4m3fn_plain #(
    parameter WIDTH = 1,
    parameter IS_CUT = 0
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    generate
        if (IS_CUT) begin : registered
            reg [WIDTH-1:0] held;
            always @(posedge clk) held <= d;
            assign q = held;
        end else begin : wired
            assign q = d;
        end
    endgenerate
endmodule

`default_nettype wire
