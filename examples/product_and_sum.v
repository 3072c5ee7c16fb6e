// SPDX-License-Identifier: Apache-2.0
module product_and_sum (
    input  wire       clk,
    input  wire       rst,
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire [7:0] c,
    output wire [7:0] y
);
    reg [7:0] c_1, c_2;
    always @(posedge clk) {c_2, c_1} <= {c_1, c};

    wire [7:0] product;
    multiply_e4m3fn_luts_p2 multiplier (.clk(clk), .rst(rst), .a(a), .b(b), .y(product));
    add_e4m3fn_luts_p2 adder (.clk(clk), .rst(rst), .a(product), .b(c_2), .y(y));
endmodule
