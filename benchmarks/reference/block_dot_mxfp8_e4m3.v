// SPDX-License-Identifier: Apache-2.0
// block_dot_mxfp8_e4m3_plain: y = a_scale * b_scale * (a[0] * b[0] + a[1] * b[1] + ...), elements
// of E4M3FN and scales of E8M0; the exact sum rounded once to nearest even into binary32.
//
// Written by hand as one would without thinking of neurons, and exact with subnormals, overflow and
// NaN: what generated circuits are compared with.

`default_nettype none

module block_dot_mxfp8_e4m3_plain #(
    parameter TERMS = 16,  // a power of two, to 32
    parameter W = 36 + $clog2(TERMS)  // bits of the magnitude of the sum
) (
    input  wire [8*TERMS-1:0] a,
    input  wire [8*TERMS-1:0] b,
    input  wire [7:0]         a_scale,
    input  wire [7:0]         b_scale,
    output wire [31:0]        y
);
    // Every product in its place, in units of 2^-18, behind the sums of two each.
    wire signed [W:0] sums [0:2*TERMS-2];
    wire [TERMS-1:0] nan, minus;
    genvar i;
    generate
        for (i = 0; i < TERMS; i = i + 1) begin : products
            wire [7:0] x = a[8 * i +: 8];
            wire [7:0] w = b[8 * i +: 8];
            wire [3:0] x_exponent = x[6:3] == 0 ? 4'd1 : x[6:3];
            wire [3:0] w_exponent = w[6:3] == 0 ? 4'd1 : w[6:3];
            wire [3:0] x_significand = {x[6:3] != 0, x[2:0]};
            wire [3:0] w_significand = {w[6:3] != 0, w[2:0]};
            wire [7:0] product = x_significand * w_significand;
            wire [4:0] places = {1'b0, x_exponent} + {1'b0, w_exponent} - 5'd2;
            wire [35:0] placed = {28'b0, product} << places;
            assign minus[i] = x[7] ^ w[7];
            wire signed [36:0] term = minus[i] ? -$signed({1'b0, placed}) : $signed({1'b0, placed});
            assign sums[TERMS-1+i] = term;
            assign nan[i] = x[6:0] == 7'h7f || w[6:0] == 7'h7f;
        end
        for (i = 0; i < TERMS - 1; i = i + 1) begin : tree
            assign sums[i] = sums[2*i+1] + sums[2*i+2];
        end
    endgenerate

    wire signed [W:0] total = sums[0];
    wire sign = total[W] || (total == 0 && &minus);
    wire [W-1:0] magnitude = total[W] ? -total[W-1:0] : total[W-1:0];

    // How far it can move left until its first bit is set, and until it would be subnormal.
    reg [5:0] zeros;
    integer place;
    always @* begin
        zeros = W;
        for (place = 0; place < W; place = place + 1)
            if (magnitude[place]) zeros = W - 1 - place;
    end
    wire signed [10:0] height =
        $signed({3'b0, a_scale}) + $signed({3'b0, b_scale}) - 147 + W;
    wire is_below = height < 0;
    wire is_low = magnitude == 0 || height < $signed({5'b0, zeros});
    wire [5:0] left = is_low ? (is_below ? 6'd0 : height[5:0]) : zeros;
    wire [10:0] right = is_below ? -height : 11'd0;
    wire [W-1:0] normal = magnitude << left;
    wire [2*W:0] moved = {normal, {W+1{1'b0}}} >> (right > W + 1 ? W + 1 : right);
    wire [8:0] field = is_low ? 9'd0 : height[8:0] - {3'b0, zeros} + 9'd1;

    // Round: a carry out of the mantissa goes to the exponent, where it belongs.
    wire half = moved[2*W-24];
    wire sticky = |moved[2*W-25:0];
    wire up = half & (sticky | moved[2*W-23]);
    wire [31:0] rounded = {field, moved[2*W-1:2*W-23]} + {31'b0, up};
    wire [30:0] finite = rounded[31:23] >= 9'd255 ? 31'h7f800000 : rounded[30:0];
    assign y = |nan || a_scale == 8'hff || b_scale == 8'hff ? 32'h7fc00000 : {sign, finite};
endmodule

`default_nettype wire
