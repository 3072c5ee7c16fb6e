// SPDX-License-Identifier: Apache-2.0
// square_root_e4m3fn_plain: y = sqrt(a), rounded to nearest even.
//
// Written by hand as one would without thinking of neurons, and exact on all operands: what generated
// circuits are compared with. The exponent is halved, the significand goes through a table, as it
// has only sixteen values with the lowest bit of the exponent; every result but zero is normal. CUTS
// puts up to two registers at places chosen by hand.

`default_nettype none

module square_root_e4m3fn_plain #(
    parameter CUTS = 0
) (
    input  wire       clk,
    input  wire [7:0] a,
    output wire [7:0] y
);
    // The operand, with the leading one of a subnormal moved to its place.
    reg [2:0] fraction;
    reg [4:0] exponent;
    always @*
        if (a[6:3] != 0) begin
            fraction = a[2:0];
            exponent = {1'b0, a[6:3]};
        end else if (a[2]) begin
            fraction = {a[1:0], 1'b0};
            exponent = 5'd0;
        end else if (a[1]) begin
            fraction = {a[0], 2'b0};
            exponent = -5'd1;
        end else begin
            fraction = 3'd0;
            exponent = -5'd2;
        end
    wire zero = a[6:0] == 0;
    wire nan = a[6:0] == 7'h7f || a[7] && !zero;

    wire [2:0] fraction_1;
    wire [4:0] exponent_1;
    wire zero_1, nan_1, sign_1;
    cut_e4m3fn_plain #(.WIDTH(11), .IS_CUT(CUTS >= 1)) cut_operand (
        .clk(clk), .d({fraction, exponent, zero, nan, a[7]}),
        .q({fraction_1, exponent_1, zero_1, nan_1, sign_1}));

    // The root of 1.fraction, or twice that: the bias is odd, so an odd field is an even exponent.
    reg [2:0] root;
    always @*
        case ({~exponent_1[0], fraction_1})
            4'b0_000: root = 3'd0;
            4'b0_001: root = 3'd0;
            4'b0_010: root = 3'd1;
            4'b0_011: root = 3'd1;
            4'b0_100: root = 3'd2;
            4'b0_101: root = 3'd2;
            4'b0_110: root = 3'd3;
            4'b0_111: root = 3'd3;
            4'b1_000: root = 3'd3;
            4'b1_001: root = 3'd4;
            4'b1_010: root = 3'd5;
            4'b1_011: root = 3'd5;
            4'b1_100: root = 3'd6;
            4'b1_101: root = 3'd6;
            4'b1_110: root = 3'd7;
            4'b1_111: root = 3'd7;
        endcase
    wire [4:0] sum = exponent_1 + 5'd7;

    wire [2:0] root_2;
    wire [3:0] field_2;
    wire zero_2, nan_2, sign_2;
    cut_e4m3fn_plain #(.WIDTH(10), .IS_CUT(CUTS >= 2)) cut_root (
        .clk(clk), .d({root, sum[4:1], zero_1, nan_1, sign_1}),
        .q({root_2, field_2, zero_2, nan_2, sign_2}));

    assign y = zero_2 ? {sign_2, 7'b0} : nan_2 ? 8'h7f : {1'b0, field_2, root_2};
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
