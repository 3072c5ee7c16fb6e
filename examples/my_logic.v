// SPDX-License-Identifier: Apache-2.0
// How many of seven inputs are set, and whether that is most of them.
module my_logic (
    input  wire [6:0] votes,
    output wire [2:0] count,
    output wire       majority
);
    assign count = votes[0] + votes[1] + votes[2] + votes[3] + votes[4] + votes[5] + votes[6];
    assign majority = count >= 4;
endmodule
