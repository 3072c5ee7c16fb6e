// SPDX-License-Identifier: Apache-2.0
// block_dot_mxfp8_e4m3_plain: y = a_scale * b_scale * (a[0] * b[0] + ... + a[15] * b[15]), elements
// of E4M3FN and scales of E8M0; the exact sum rounded once to nearest even into binary32.
//
// Written by hand as one would without thinking of neurons, and exact with subnormals, overflow and
// NaN: what generated circuits are compared with.

`default_nettype none

module block_dot_mxfp8_e4m3_plain (
    input  wire [127:0] a,
    input  wire [127:0] b,
    input  wire [7:0]   a_scale,
    input  wire [7:0]   b_scale,
    output wire [31:0]  y
);
    // Every product in its place, in units of 2^-18.
    wire signed [36:0] term [0:15];
    wire [15:0] nan, minus;
    genvar i;
    generate
        for (i = 0; i < 16; i = i + 1) begin : products
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
            assign term[i] = minus[i] ? -$signed({1'b0, placed}) : $signed({1'b0, placed});
            assign nan[i] = x[6:0] == 7'h7f || w[6:0] == 7'h7f;
        end
    endgenerate

    wire signed [40:0] total =
        ((term[0] + term[1]) + (term[2] + term[3])) + ((term[4] + term[5]) + (term[6] + term[7])) +
        ((term[8] + term[9]) + (term[10] + term[11])) +
        ((term[12] + term[13]) + (term[14] + term[15]));
    wire sign = total[40] || (total == 0 && minus == 16'hffff);
    wire [39:0] magnitude = total[40] ? -total[39:0] : total[39:0];

    // How far it can move left until its first bit is set, and until it would be subnormal.
    reg [5:0] zeros;
    integer place;
    always @* begin
        zeros = 6'd40;
        for (place = 0; place < 40; place = place + 1)
            if (magnitude[place]) zeros = 6'd39 - place[5:0];
    end
    wire signed [10:0] height =
        $signed({3'b0, a_scale}) + $signed({3'b0, b_scale}) - 11'sd107;
    wire is_below = height < 0;
    wire is_low = magnitude == 0 || height < $signed({5'b0, zeros});
    wire [5:0] left = is_low ? (is_below ? 6'd0 : height[5:0]) : zeros;
    wire [10:0] right = is_below ? -height : 11'd0;
    wire [39:0] normal = magnitude << left;
    wire [80:0] moved = {normal, 41'b0} >> (right > 41 ? 6'd41 : right[5:0]);
    wire [8:0] field = is_low ? 9'd0 : height[8:0] - {3'b0, zeros} + 9'd1;

    // Round: a carry out of the mantissa goes to the exponent, where it belongs.
    wire half = moved[56];
    wire sticky = |moved[55:0];
    wire up = half & (sticky | moved[57]);
    wire [31:0] rounded = {field, moved[79:57]} + {31'b0, up};
    wire [30:0] finite = rounded[31:23] >= 9'd255 ? 31'h7f800000 : rounded[30:0];
    assign y = |nan || a_scale == 8'hff || b_scale == 8'hff ? 32'h7fc00000 : {sign, finite};
endmodule

`default_nettype wire
