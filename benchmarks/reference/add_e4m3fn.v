// SPDX-License-Identifier: Apache-2.0
// add_e4m3fn_plain: y = a + b, rounded to nearest even, overflow to NaN.
//
// Written by hand as one would without thinking of neurons, and exact on all operand pairs: what
// generated circuits are compared with. CUTS puts up to four registers at places chosen by hand.

`default_nettype none

module add_e4m3fn_plain #(
    parameter CUTS = 0
) (
    input  wire       clk,
    input  wire [7:0] a,
    input  wire [7:0] b,
    output wire [7:0] y
);
    // The operand of larger magnitude, and the other.
    wire swap = b[6:0] > a[6:0];
    wire [7:0] high = swap ? b : a;
    wire [7:0] low = swap ? a : b;
    wire nan = a[6:0] == 7'h7f || b[6:0] == 7'h7f;

    wire [7:0] high_1, low_1;
    wire nan_1;
    cut_e4m3fn_plain #(.WIDTH(17), .IS_CUT(CUTS >= 4)) cut_ordered (
        .clk(clk), .d({high, low, nan}), .q({high_1, low_1, nan_1}));

    // Align: two bits below the last are kept, and what is lost below them leaves its traces.
    wire [3:0] high_exponent = high_1[6:3] == 0 ? 4'd1 : high_1[6:3];
    wire [3:0] low_exponent = low_1[6:3] == 0 ? 4'd1 : low_1[6:3];
    wire [3:0] distance = high_exponent - low_exponent;
    wire [20:0] moved = {low_1[6:3] != 0, low_1[2:0], 17'b0} >> distance;
    wire [6:0] high_significand = {high_1[6:3] != 0, high_1[2:0], 3'b0};
    wire [6:0] low_significand = {moved[20:15], |moved[14:0]};
    wire subtract = high_1[7] ^ low_1[7];
    wire sign = high_1[7] & (high_1[6:0] != low_1[6:0] | low_1[7]);

    wire [6:0] high_2, low_2;
    wire [3:0] exponent_2;
    wire subtract_2, sign_2, nan_2;
    cut_e4m3fn_plain #(.WIDTH(21), .IS_CUT(CUTS >= 2)) cut_aligned (
        .clk(clk), .d({high_significand, low_significand, high_exponent, subtract, sign, nan_1}),
        .q({high_2, low_2, exponent_2, subtract_2, sign_2, nan_2}));

    wire [7:0] sum = {1'b0, high_2} + ({8{subtract_2}} ^ {1'b0, low_2}) + {7'b0, subtract_2};
    reg [2:0] zeros;
    always @*
        casez (sum[6:0])
            7'b1??????: zeros = 0;
            7'b01?????: zeros = 1;
            7'b001????: zeros = 2;
            7'b0001???: zeros = 3;
            7'b00001??: zeros = 4;
            7'b000001?: zeros = 5;
            7'b0000001: zeros = 6;
            default: zeros = 7;
        endcase

    wire [7:0] sum_3;
    wire [2:0] zeros_3;
    wire [3:0] exponent_3;
    wire sign_3, nan_3;
    cut_e4m3fn_plain #(.WIDTH(17), .IS_CUT(CUTS == 1 || CUTS >= 3)) cut_sum (
        .clk(clk), .d({sum, zeros, exponent_2, sign_2, nan_2}),
        .q({sum_3, zeros_3, exponent_3, sign_3, nan_3}));

    // Normalize, but never below the smallest exponent.
    wire [3:0] room = exponent_3 - 4'd1;
    wire [2:0] places = {1'b0, zeros_3} > room ? room[2:0] : zeros_3;
    wire [6:0] left = sum_3[6:0] << places;
    wire [6:0] right = {sum_3[7:2], sum_3[1] | sum_3[0]};
    wire [6:0] normal = sum_3[7] ? right : left;
    wire [4:0] field = sum_3[7] ? exponent_3 + 5'd1 : left[6] ? exponent_3 - places : 5'd0;

    wire [6:0] normal_4;
    wire [4:0] field_4;
    wire sign_4, nan_4;
    cut_e4m3fn_plain #(.WIDTH(14), .IS_CUT(CUTS >= 2)) cut_normal (
        .clk(clk), .d({normal, field, sign_3, nan_3}), .q({normal_4, field_4, sign_4, nan_4}));

    // Round: a carry out of the mantissa goes to the exponent, where it belongs.
    wire up = normal_4[2] & (normal_4[3] | normal_4[1] | normal_4[0]);
    wire [7:0] rounded = {field_4, normal_4[5:3]} + {7'b0, up};
    assign y = nan_4 || rounded > 8'h7e ? 8'h7f : {sign_4, rounded[6:0]};
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
