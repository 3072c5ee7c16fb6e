// SPDX-License-Identifier: Apache-2.0
// block_sum_mxfp8_e4m3_plain: y = a[0] * b[0] + ... + a[15] * b[15] in units of 2^-18, elements of
// E4M3FN; exact, 0 and y_nan if an element is NaN.
//
// Written by hand as one would without thinking of neurons: what generated circuits are compared
// with.

`default_nettype none

module block_sum_mxfp8_e4m3_plain #(
    parameter TERMS = 16,
    parameter BITS = 41
) (
    input  wire [8 * TERMS - 1:0] a,
    input  wire [8 * TERMS - 1:0] b,
    output wire [BITS - 1:0]      y,
    output wire                   y_nan
);
    // A tree of additions: node n is the sum of nodes 2n and 2n + 1, and the products are its leaves.
    wire signed [BITS - 1:0] node [1:2 * TERMS - 1];
    wire [TERMS - 1:0] nan;
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
            wire signed [36:0] placed = {29'b0, product} << places;
            wire signed [36:0] term = x[7] ^ w[7] ? -placed : placed;
            assign node[TERMS + i] = term;
            assign nan[i] = x[6:0] == 7'h7f || w[6:0] == 7'h7f;
        end
        for (i = 1; i < TERMS; i = i + 1) begin : sums
            assign node[i] = node[2 * i] + node[2 * i + 1];
        end
    endgenerate
    assign y_nan = |nan;
    assign y = y_nan ? {BITS{1'b0}} : node[1];
endmodule

`default_nettype wire
