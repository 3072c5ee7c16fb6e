// SPDX-License-Identifier: Apache-2.0
// multiply_e4m3fn_plain: y = a * b, rounded to nearest even, overflow to NaN.
//
// Written by hand as one would without thinking of neurons, and exact on all operand pairs: what
// generated circuits are compared with. CUTS puts up to four registers at places chosen by hand.

`default_nettype none

module multiply_e4m3fn_plain #(
    parameter CUTS = 0
) (
    input  wire       clk,
    input  wire [7:0] a,
    input  wire [7:0] b,
    output wire [7:0] y
);
    // Operands: a subnormal has the exponent of the smallest normal and no hidden bit.
    wire [3:0] a_exponent = a[6:3] == 0 ? 4'd1 : a[6:3];
    wire [3:0] b_exponent = b[6:3] == 0 ? 4'd1 : b[6:3];
    wire [3:0] a_significand = {a[6:3] != 0, a[2:0]};
    wire [3:0] b_significand = {b[6:3] != 0, b[2:0]};

    // Exact product, in units of 2^-6, and the biased exponent of its second bit.
    wire [7:0] product = a_significand * b_significand;
    wire signed [5:0] exponent = $signed({2'b0, a_exponent}) + $signed({2'b0, b_exponent}) - 6'sd7;
    wire nan = a[6:0] == 7'h7f || b[6:0] == 7'h7f;
    wire sign = a[7] ^ b[7];

    wire [7:0] product_1;
    wire signed [5:0] exponent_1;
    wire nan_1, sign_1;
    cut_e4m3fn_plain #(.WIDTH(16), .IS_CUT(CUTS >= 3)) cut_product (
        .clk(clk), .d({product, exponent, nan, sign}),
        .q({product_1, exponent_1, nan_1, sign_1}));

    // How far it can move left until its first bit is set.
    reg [3:0] zeros;
    always @*
        casez (product_1)
            8'b1???????: zeros = 0;
            8'b01??????: zeros = 1;
            8'b001?????: zeros = 2;
            8'b0001????: zeros = 3;
            8'b00001???: zeros = 4;
            8'b000001??: zeros = 5;
            8'b0000001?: zeros = 6;
            8'b00000001: zeros = 7;
            default: zeros = 8;
        endcase

    wire [7:0] product_2;
    wire [3:0] zeros_2;
    wire signed [5:0] exponent_2;
    wire nan_2, sign_2;
    cut_e4m3fn_plain #(.WIDTH(20), .IS_CUT(CUTS >= 4)) cut_zeros (
        .clk(clk), .d({product_1, zeros, exponent_1, nan_1, sign_1}),
        .q({product_2, zeros_2, exponent_2, nan_2, sign_2}));

    // Normalize; what is below the normal range moves right again, and leaves its traces.
    wire [7:0] normal = product_2 << zeros_2;
    wire signed [5:0] normal_exponent = exponent_2 + 6'sd1 - $signed({2'b0, zeros_2});

    wire [7:0] normal_3;
    wire signed [5:0] normal_exponent_3;
    wire nan_3, sign_3;
    cut_e4m3fn_plain #(.WIDTH(16), .IS_CUT(CUTS >= 1)) cut_normal (
        .clk(clk), .d({normal, normal_exponent, nan_2, sign_2}),
        .q({normal_3, normal_exponent_3, nan_3, sign_3}));

    wire is_low = normal_exponent_3 < 6'sd1;
    wire [3:0] places = is_low ? 4'd1 - normal_exponent_3[3:0] : 4'd0;
    wire [19:0] moved = {normal_3, 12'b0} >> places;
    wire [4:0] field = moved[19] ? normal_exponent_3[4:0] : 5'd0;
    wire [3:0] significand = moved[19:16];
    wire half = moved[15];
    wire sticky = |moved[14:0];

    wire [4:0] field_4;
    wire [3:0] significand_4;
    wire half_4, sticky_4, nan_4, sign_4;
    cut_e4m3fn_plain #(.WIDTH(13), .IS_CUT(CUTS >= 2)) cut_moved (
        .clk(clk), .d({field, significand, half, sticky, nan_3, sign_3}),
        .q({field_4, significand_4, half_4, sticky_4, nan_4, sign_4}));

    // Round: a carry out of the mantissa goes to the exponent, where it belongs.
    wire up = half_4 & (sticky_4 | significand_4[0]);
    wire [7:0] rounded = {field_4, significand_4[2:0]} + {7'b0, up};
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
