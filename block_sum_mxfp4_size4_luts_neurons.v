// block_sum_mxfp4_size4_luts_neurons
// block_sum_mxfp4_size4_luts as neurons
// budget w2 (|weight| <= 2, fan-in <= 4)
// proved equal to its source: satisfiability: 12 output bits, 580 inner equalities proved on the
// way
// made by: spikefloat map block_sum_mxfp4_size4_luts.v --budget w2 --objective neurons --effort 1
// --seed 0
//
// 277 neurons in 26 layers; 901 synapses; largest fan-in 4; largest weight 2.
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

module block_sum_mxfp4_size4_luts_neurons (
    input  wire [15:0] a,
    input  wire [15:0] b,
    output wire [10:0] y,
    output wire        y_nan
);
    wire n, n_2, n_3, n_4, n_5, n_6, n_7, n_8, n_9, n_10, n_11, n_12, n_13, n_14, n_15, n_16, n_17;
    wire n_18, n_19, n_20, n_21, n_22, n_23, n_24, n_25, n_26, n_27, n_28, n_29, n_30, n_31, n_32;
    wire n_33, n_34, n_35, n_36, n_37, n_38, n_39, n_40, n_41, n_42, n_43, n_44, n_45, n_46, n_47;
    wire n_48, n_49, n_50, n_51, n_52, n_53, n_54, n_55, n_56, n_57, n_58, n_59, n_60, n_61, n_62;
    wire n_63, n_64, n_65, n_66, n_67, n_68, n_69, n_70, n_71, n_72, n_73, n_74, n_75, n_76, n_77;
    wire n_78, n_79, n_80, n_81, n_82, n_83, n_84, n_85, n_86, n_87, n_88, n_89, n_90, n_91, n_92;
    wire n_93, n_94, n_95, n_96, n_97, n_98, n_99, n_100, n_101, n_102, n_103, n_104, n_105, n_106;
    wire n_107, n_108, n_109, n_110, n_111, n_112, n_113, n_114, n_115, n_116, n_117, n_118, n_119;
    wire n_120, n_121, n_122, n_123, n_124, n_125, n_126, n_127, n_128, n_129, n_130, n_131, n_132;
    wire n_133, n_134, n_135, n_136, n_137, n_138, n_139, n_140, n_141, n_142, n_143, n_144, n_145;
    wire n_146, n_147, n_148, n_149, n_150, n_151, n_152, n_153, n_154, n_155, n_156, n_157, n_158;
    wire n_159, n_160, n_161, n_162, n_163, n_164, n_165, n_166, n_167, n_168, n_169, n_170, n_171;
    wire n_172, n_173, n_174, n_175, n_176, n_177, n_178, n_179, n_180, n_181, n_182, n_183, n_184;
    wire n_185, n_186, n_187, n_188, n_189, n_190, n_191, n_192, n_193, n_194, n_195, n_196, n_197;
    wire n_198, n_199, n_200, n_201, n_202, n_203, n_204, n_205, n_206, n_207, n_208, n_209, n_210;
    wire n_211, n_212, n_213, n_214, n_215, n_216, n_217, n_218, n_219, n_220, n_221, n_222, n_223;
    wire n_224, n_225, n_226, n_227, n_228, n_229, n_230, n_231, n_232, n_233, n_234, n_235, n_236;
    wire n_237, n_238, n_239, n_240, n_241, n_242, n_243, n_244, n_245, n_246, n_247, n_248, n_249;
    wire n_250, n_251, n_252, n_253, n_254, n_255, n_256, n_257, n_258, n_259, n_260, n_261, n_262;
    wire n_263, n_264, n_265, constant;

    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_cell (.x({b[11], a[11]}), .spike(n));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_2_cell (.x({n, b[11], a[11]}), .spike(n_2));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_3_cell (.x({b[15], a[15]}), .spike(n_3));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_4_cell (.x({n_3, b[15], a[15]}), .spike(n_4));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_5_cell (.x({b[3], a[3]}), .spike(n_5));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_6_cell (.x({n_5, b[3], a[3]}), .spike(n_6));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_7_cell (.x(a[2:1]), .spike(n_7));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_8_cell (.x({a[1], a[2]}), .spike(n_8));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_9_cell (.x(b[2:1]), .spike(n_9));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_10_cell (.x({n_8, b[2:1]}), .spike(n_10));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_tm1 n_11_cell (.x({n_10, b[2], a[2]}), .spike(n_11));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm2 n_12_cell (.x({n_11, n_10, b[2], a[2]}), .spike(n_12));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_13_cell (.x({a[2:1], b[0]}), .spike(n_13));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_14_cell (.x({b[2:1], a[0]}), .spike(n_14));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m1_t2 n_15_cell (.x({n_9, n_7, b[0], a[0]}), .spike(n_15));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_16_cell (.x({n_15, n_14, n_13}), .spike(n_16));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_17_cell (.x({n_15, n_14, n_13, n_6}), .spike(n_17));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_18_cell (.x({n_17, n_16, n_6}), .spike(n_18));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 n_19_cell (.x({n_10, n_8, n_9, b[1]}), .spike(n_19));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_m2_tm1 n_20_cell (.x({n_9, n_7, b[0], a[0]}), .spike(n_20));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_21_cell (.x({n_20, n_6}), .spike(n_21));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_22_cell (.x({n_21, n_20, n_6}), .spike(n_22));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_23_cell (.x({n_21, n_19, n_20, n_6}), .spike(n_23));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_24_cell (.x({n_23, n_19, n_18}), .spike(n_24));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_25_cell (.x({b[0], a[0]}), .spike(n_25));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_26_cell (.x({n_5, b[3], a[3], n_25}), .spike(n_26));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_27_cell (.x({n_26, n_25, n_6}), .spike(n_27));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_28_cell (.x({n_19, n_27}), .spike(n_28));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_29_cell (.x({n_28, n_19, n_6}), .spike(n_29));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_30_cell (.x({n_24, n_29, n_12}), .spike(n_30));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_31_cell (.x({n_30, n_24, n_12, n_29}), .spike(n_31));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_32_cell (.x({n_27, n_18, n_19, n_28}), .spike(n_32));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_33_cell (.x({n_6, n_32, n_18}), .spike(n_33));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_34_cell (.x({n_33, n_29, n_11}), .spike(n_34));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_35_cell (.x({n_6, n_11, n_31, n_34}), .spike(n_35));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_36_cell (.x({b[7], a[7]}), .spike(n_36));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_37_cell (.x({n_36, b[7], a[7]}), .spike(n_37));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_38_cell (.x(a[6:5]), .spike(n_38));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_39_cell (.x(b[6:5]), .spike(n_39));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_40_cell (.x({b[5], b[6]}), .spike(n_40));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_41_cell (.x({n_40, a[6:5]}), .spike(n_41));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_tm1 n_42_cell (.x({n_41, b[6], a[6]}), .spike(n_42));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm2 n_43_cell (.x({n_42, n_41, b[6], a[6]}), .spike(n_43));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_44_cell (.x({a[6:5], b[4]}), .spike(n_44));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_45_cell (.x({b[6:5], a[4]}), .spike(n_45));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m1_t2 n_46_cell (.x({n_39, n_38, b[4], a[4]}), .spike(n_46));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_47_cell (.x({n_46, n_45, n_44}), .spike(n_47));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_48_cell (.x({n_46, n_45, n_44, n_37}), .spike(n_48));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_49_cell (.x({n_48, n_47, n_37}), .spike(n_49));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 n_50_cell (.x({n_41, n_40, n_38, a[5]}), .spike(n_50));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_m2_tm1 n_51_cell (.x({n_39, n_38, b[4], a[4]}), .spike(n_51));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_52_cell (.x({n_51, n_37}), .spike(n_52));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_53_cell (.x({n_52, n_51, n_37}), .spike(n_53));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_54_cell (.x({n_52, n_50, n_51, n_37}), .spike(n_54));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_55_cell (.x({n_54, n_50, n_49}), .spike(n_55));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_56_cell (.x({b[4], a[4]}), .spike(n_56));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_57_cell (.x({n_36, b[7], a[7], n_56}), .spike(n_57));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_58_cell (.x({n_57, n_56, n_37}), .spike(n_58));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_59_cell (.x({n_50, n_58}), .spike(n_59));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_60_cell (.x({n_59, n_50, n_37}), .spike(n_60));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_61_cell (.x({n_55, n_60, n_43}), .spike(n_61));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_62_cell (.x({n_61, n_55, n_43, n_60}), .spike(n_62));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_63_cell (.x({n_58, n_49, n_50, n_59}), .spike(n_63));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_64_cell (.x({n_37, n_63, n_49}), .spike(n_64));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_65_cell (.x({n_64, n_62, n_42}), .spike(n_65));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_66_cell (.x({n_37, n_42, n_62, n_65}), .spike(n_66));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_67_cell (.x(a[10:9]), .spike(n_67));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_68_cell (.x({a[9], a[10]}), .spike(n_68));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_69_cell (.x(b[10:9]), .spike(n_69));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_70_cell (.x({n_68, n_69, b[9]}), .spike(n_70));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_tm1 n_71_cell (.x({n_70, b[10], a[10]}), .spike(n_71));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm2 n_72_cell (.x({n_71, n_70, b[10], a[10]}), .spike(n_72));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_73_cell (.x({a[10:9], b[8]}), .spike(n_73));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_74_cell (.x({b[10:9], a[8]}), .spike(n_74));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m1_t2 n_75_cell (.x({n_69, n_67, b[8], a[8]}), .spike(n_75));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_76_cell (.x({n_75, n_74, n_73}), .spike(n_76));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_77_cell (.x({n_75, n_74, n_73, n_2}), .spike(n_77));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_78_cell (.x({n_77, n_76, n_2}), .spike(n_78));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 n_79_cell (.x({n_70, n_68, n_69, b[9]}), .spike(n_79));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_m2_tm1 n_80_cell (.x({n_69, n_67, b[8], a[8]}), .spike(n_80));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_81_cell (.x({n_80, n_2}), .spike(n_81));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_82_cell (.x({n_81, n_80, n_2}), .spike(n_82));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_83_cell (.x({n_81, n_79, n_80, n_2}), .spike(n_83));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_84_cell (.x({n_83, n_79, n_78}), .spike(n_84));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_85_cell (.x({b[8], a[8]}), .spike(n_85));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_86_cell (.x({n, b[11], a[11], n_85}), .spike(n_86));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_87_cell (.x({n_86, n_85, n_2}), .spike(n_87));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_88_cell (.x({n_2, n_87, n_79, n_83}), .spike(n_88));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_89_cell (.x({n_84, n_88, n_72}), .spike(n_89));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_90_cell (.x({n_89, n_84, n_72, n_88}), .spike(n_90));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_91_cell (.x({n_75, n_2}), .spike(n_91));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_92_cell (.x({n_91, n_75, n_2, n_79}), .spike(n_92));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_93_cell (.x({n_92, n_2, n_79}), .spike(n_93));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_94_cell (.x({n_93, n_71}), .spike(n_94));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t0 n_95_cell (.x({n_94, n_2, n_90, n_71}), .spike(n_95));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_96_cell (.x({n_95, n_66, n_35}), .spike(n_96));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_97_cell (.x({n_96, n_95, n_66, n_35}), .spike(n_97));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_98_cell (.x(a[14:13]), .spike(n_98));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_99_cell (.x({a[13], a[14]}), .spike(n_99));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_100_cell (.x(b[14:13]), .spike(n_100));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_101_cell (.x({n_99, b[14:13]}), .spike(n_101));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 n_102_cell (
        .x({n_101, n_99, n_100, b[13]}), .spike(n_102));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_103_cell (.x({b[14], a[14], n_102}), .spike(n_103));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm2 n_104_cell (
        .x({n_103, n_101, b[14], a[14]}), .spike(n_104));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_105_cell (.x({a[14:13], b[12]}), .spike(n_105));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 n_106_cell (.x({b[14:13], a[12]}), .spike(n_106));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m1_t2 n_107_cell (
        .x({n_100, n_98, b[12], a[12]}), .spike(n_107));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_108_cell (.x({n_107, n_106, n_105}), .spike(n_108));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_109_cell (.x({n_107, n_106, n_105, n_4}), .spike(n_109));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_110_cell (.x({n_109, n_108, n_4}), .spike(n_110));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_m2_tm1 n_111_cell (
        .x({n_100, n_98, b[12], a[12]}), .spike(n_111));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_112_cell (.x({n_111, n_4}), .spike(n_112));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_113_cell (.x({n_112, n_111, n_4}), .spike(n_113));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_114_cell (.x({n_109, n_102, n_108, n_4}), .spike(n_114));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_115_cell (
        .x({n_110, n_113, n_102, n_114}), .spike(n_115));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_116_cell (.x({b[12], a[12]}), .spike(n_116));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 n_117_cell (.x({n_3, b[15], a[15], n_116}), .spike(n_117));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 n_118_cell (.x({n_117, n_116, n_4}), .spike(n_118));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_119_cell (.x({n_114, n_118, n_102}), .spike(n_119));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_120_cell (.x({n_4, n_119, n_110}), .spike(n_120));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm2 n_121_cell (
        .x({n_4, n_120, n_118, n_115}), .spike(n_121));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_122_cell (.x({n_121, n_115, n_104}), .spike(n_122));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_123_cell (.x({n_122, n_104, n_115}), .spike(n_123));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_124_cell (.x({n_122, n_103}), .spike(n_124));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_125_cell (.x({n_124, n_4, n_103}), .spike(n_125));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_126_cell (.x({n_37, n_6, n_125}), .spike(n_126));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_127_cell (.x({n_126, n_37, n_6, n_125}), .spike(n_127));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_128_cell (.x({n_127, n_97}), .spike(n_128));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_129_cell (.x({n_128, n_127, n_97}), .spike(n_129));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_tm1 n_130_cell (.x({n_129, n_4, n_2}), .spike(n_130));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_p1_t3 y_0_cell (.x({n_129, n_4, n_2, n_130}), .spike(y[0]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_131_cell (.x({n_107, n_4}), .spike(n_131));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_132_cell (.x({n_131, n_102, n_107, n_4}), .spike(n_132));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_133_cell (.x({n_132, n_113, n_102}), .spike(n_133));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_134_cell (.x({n_133, n_119, n_104}), .spike(n_134));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_135_cell (
        .x({n_134, n_133, n_104, n_119}), .spike(n_135));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_136_cell (.x({n_123, n_4, n_121}), .spike(n_136));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_m1_t2 n_137_cell (
        .x({n_103, n_115, n_136, n_124}), .spike(n_137));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_138_cell (.x({n_115, n_120, n_104}), .spike(n_138));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_139_cell (.x({n_120, n_115, n_104}), .spike(n_139));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m1_tm1 n_140_cell (
        .x({n_139, n_138, n_137, n_4}), .spike(n_140));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_141_cell (.x({n_140, n_135, n_133}), .spike(n_141));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_142_cell (.x({n_141, n_4, n_135}), .spike(n_142));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_p1_t3 n_143_cell (.x({n_127, n_97, n_126, n_96}), .spike(n_143));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 n_144_cell (
        .x({n_143, n_128, n_126, n_96}), .spike(n_144));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_145_cell (.x({n_15, n_6}), .spike(n_145));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_146_cell (.x({n_145, n_19, n_15, n_6}), .spike(n_146));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_147_cell (.x({n_146, n_22, n_19}), .spike(n_147));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_148_cell (.x({n_32, n_147, n_12}), .spike(n_148));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_149_cell (.x({n_147, n_32, n_12}), .spike(n_149));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_150_cell (.x({n_6, n_11}), .spike(n_150));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_m2_tm1 n_151_cell (.x({n_150, n_6, n_148, n_11}), .spike(n_151));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_152_cell (.x({n_46, n_37}), .spike(n_152));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_153_cell (.x({n_152, n_50, n_46, n_37}), .spike(n_153));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_154_cell (.x({n_153, n_53, n_50}), .spike(n_154));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_155_cell (.x({n_63, n_154, n_43}), .spike(n_155));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_156_cell (.x({n_154, n_63, n_43}), .spike(n_156));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_157_cell (.x({n_37, n_42}), .spike(n_157));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_m2_tm1 n_158_cell (
        .x({n_157, n_37, n_155, n_42}), .spike(n_158));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 n_159_cell (.x({n_91, n_79, n_75, n_2}), .spike(n_159));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_160_cell (.x({n_159, n_82, n_79}), .spike(n_160));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_m2_tm1 n_161_cell (.x({n_92, n_78, n_87, n_79}), .spike(n_161));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_162_cell (.x({n_160, n_161, n_72}), .spike(n_162));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_163_cell (
        .x({n_162, n_160, n_72, n_161}), .spike(n_163));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_164_cell (.x({n_84, n_93, n_72}), .spike(n_164));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_165_cell (.x({n_2, n_72, n_88, n_89}), .spike(n_165));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t1 n_166_cell (.x({n_94, n_164, n_71, n_165}), .spike(n_166));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_167_cell (.x({n_93, n_84, n_72}), .spike(n_167));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m1_tm1 n_168_cell (
        .x({n_167, n_166, n_164, n_2}), .spike(n_168));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_169_cell (.x({n_168, n_163, n_160}), .spike(n_169));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_170_cell (.x({n_169, n_2, n_163}), .spike(n_170));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_171_cell (.x({n_170, n_158, n_151}), .spike(n_171));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_172_cell (
        .x({n_171, n_170, n_158, n_151}), .spike(n_172));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_173_cell (.x({n_172, n_144, n_142}), .spike(n_173));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_174_cell (
        .x({n_173, n_172, n_144, n_142}), .spike(n_174));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_175_cell (.x({n_174, n_130}), .spike(n_175));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 y_1_cell (.x({n_175, n_174, n_130}), .spike(y[1]));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_176_cell (.x({n_143, n_137}), .spike(n_176));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_177_cell (.x({n_176, n_143, n_137}), .spike(n_177));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_178_cell (.x({n_24, n_33, n_12}), .spike(n_178));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_179_cell (.x({n_33, n_24, n_12}), .spike(n_179));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_180_cell (.x({n_6, n_12, n_29, n_30}), .spike(n_180));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t1 n_181_cell (
        .x({n_150, n_178, n_11, n_180}), .spike(n_181));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_182_cell (.x({n_55, n_64, n_43}), .spike(n_182));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_183_cell (.x({n_64, n_55, n_43}), .spike(n_183));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_184_cell (.x({n_37, n_43, n_60, n_61}), .spike(n_184));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t1 n_185_cell (
        .x({n_157, n_182, n_42, n_184}), .spike(n_185));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_186_cell (.x({n_185, n_181, n_166}), .spike(n_186));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_187_cell (
        .x({n_186, n_185, n_181, n_166}), .spike(n_187));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_188_cell (.x({n_187, n_173, n_171}), .spike(n_188));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_189_cell (
        .x({n_188, n_187, n_173, n_171}), .spike(n_189));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_190_cell (.x({n_177, n_175, n_189}), .spike(n_190));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m1_t2 y_2_cell (.x({n_189, n_177, n_175, n_190}), .spike(y[2]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_191_cell (.x({n_6, n_12, n_32, n_149}), .spike(n_191));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_192_cell (
        .x({n_150, n_147, n_11, n_191}), .spike(n_192));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_193_cell (.x({n_37, n_43, n_63, n_156}), .spike(n_193));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_194_cell (
        .x({n_157, n_154, n_42, n_193}), .spike(n_194));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_195_cell (.x({n_2, n_72, n_161, n_162}), .spike(n_195));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_196_cell (.x({n_94, n_160, n_71, n_195}), .spike(n_196));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_197_cell (.x({n_196, n_194, n_192}), .spike(n_197));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_198_cell (
        .x({n_197, n_196, n_194, n_192}), .spike(n_198));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 n_199_cell (.x({n_4, n_104, n_119, n_134}), .spike(n_199));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_m1_t2 n_200_cell (
        .x({n_103, n_120, n_124, n_123}), .spike(n_200));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_201_cell (.x({n_4, n_200, n_121}), .spike(n_201));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m1_t1 n_202_cell (
        .x({n_201, n_135, n_133, n_199}), .spike(n_202));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 n_203_cell (
        .x({n_202, n_185, n_181, n_166}), .spike(n_203));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_204_cell (.x({n_203, n_202, n_186}), .spike(n_204));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t1 n_205_cell (
        .x({n_204, n_143, n_137, n_198}), .spike(n_205));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_206_cell (
        .x({n_205, n_204, n_176, n_198}), .spike(n_206));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_207_cell (.x({n_206, n_190, n_188}), .spike(n_207));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 y_3_cell (.x({n_206, n_190, n_188, n_207}), .spike(y[3]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_208_cell (.x({n_34, n_33, n_11, n_31}), .spike(n_208));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 n_209_cell (.x({n_65, n_64, n_42, n_62}), .spike(n_209));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_t1 n_210_cell (.x({n_71, n_90, n_94}), .spike(n_210));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_211_cell (.x({n_210, n_209, n_208}), .spike(n_211));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_212_cell (
        .x({n_211, n_210, n_209, n_208}), .spike(n_212));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 n_213_cell (
        .x({n_200, n_196, n_194, n_192}), .spike(n_213));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_214_cell (.x({n_213, n_200, n_197}), .spike(n_214));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_215_cell (.x({n_214, n_203, n_212}), .spike(n_215));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_216_cell (
        .x({n_215, n_214, n_203, n_212}), .spike(n_216));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_217_cell (.x({n_216, n_207, n_205}), .spike(n_217));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 y_4_cell (.x({n_216, n_207, n_205, n_217}), .spike(y[4]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 n_218_cell (
        .x({n_149, n_148, n_11, n_150}), .spike(n_218));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 n_219_cell (
        .x({n_156, n_155, n_42, n_157}), .spike(n_219));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_220_cell (.x({n_219, n_218, n_169}), .spike(n_220));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_221_cell (
        .x({n_220, n_219, n_218, n_169}), .spike(n_221));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 n_222_cell (
        .x({n_141, n_210, n_209, n_208}), .spike(n_222));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_223_cell (.x({n_222, n_211, n_141}), .spike(n_223));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_224_cell (.x({n_223, n_213, n_221}), .spike(n_224));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_225_cell (
        .x({n_224, n_223, n_213, n_221}), .spike(n_225));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_226_cell (.x({n_225, n_217, n_215}), .spike(n_226));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 y_5_cell (.x({n_225, n_217, n_215, n_226}), .spike(y[5]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 n_227_cell (
        .x({n_179, n_178, n_11, n_150}), .spike(n_227));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 n_228_cell (
        .x({n_183, n_182, n_42, n_157}), .spike(n_228));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_229_cell (.x({n_228, n_227, n_168}), .spike(n_229));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_230_cell (
        .x({n_229, n_228, n_227, n_168}), .spike(n_230));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 n_231_cell (
        .x({n_140, n_219, n_218, n_169}), .spike(n_231));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_232_cell (.x({n_231, n_220, n_140}), .spike(n_232));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_233_cell (.x({n_232, n_222, n_230}), .spike(n_233));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_234_cell (
        .x({n_233, n_232, n_222, n_230}), .spike(n_234));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 n_235_cell (.x({n_234, n_224}), .spike(n_235));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 n_236_cell (.x({n_234, n_224}), .spike(n_236));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t1 n_237_cell (.x({n_236, n_235, n_226}), .spike(n_237));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m1_t1 y_6_cell (.x({n_226, n_236, n_235, n_237}), .spike(y[6]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_238_cell (.x({n_6, n_208, n_29}), .spike(n_238));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_239_cell (.x({n_37, n_209, n_60}), .spike(n_239));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_240_cell (.x({n_2, n_210, n_88}), .spike(n_240));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_241_cell (.x({n_240, n_239, n_238}), .spike(n_241));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_242_cell (
        .x({n_241, n_240, n_239, n_238}), .spike(n_242));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 n_243_cell (
        .x({n_201, n_228, n_227, n_168}), .spike(n_243));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_244_cell (.x({n_243, n_229, n_201}), .spike(n_244));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_245_cell (.x({n_244, n_231, n_242}), .spike(n_245));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_246_cell (
        .x({n_245, n_244, n_231, n_242}), .spike(n_246));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_p1_t3 n_247_cell (
        .x({n_234, n_224, n_246, n_233}), .spike(n_247));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_p1_t4 n_248_cell (
        .x({n_234, n_224, n_246, n_233}), .spike(n_248));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_249_cell (
        .x({n_248, n_246, n_236, n_233}), .spike(n_249));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_250_cell (.x({n_249, y[6], n_226}), .spike(n_250));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t2 y_7_cell (.x({n_249, n_237, n_250}), .spike(y[7]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_251_cell (.x({n_37, n_6, n_2}), .spike(n_251));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_252_cell (.x({n_251, n_37, n_6, n_2}), .spike(n_252));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 n_253_cell (
        .x({n_4, n_240, n_239, n_238}), .spike(n_253));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_254_cell (.x({n_253, n_241, n_4}), .spike(n_254));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 n_255_cell (.x({n_254, n_243, n_252}), .spike(n_255));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 n_256_cell (
        .x({n_255, n_254, n_243, n_252}), .spike(n_256));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_257_cell (.x({n_256, n_247, n_245}), .spike(n_257));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 n_258_cell (.x({n_256, n_248, n_245}), .spike(n_258));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 n_259_cell (
        .x({n_258, n_256, n_248, n_245}), .spike(n_259));
    block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 n_260_cell (.x({n_259, n_249, n_237}), .spike(n_260));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m1_t2 y_8_cell (.x({n_258, n_257, n_226, n_260}), .spike(y[8]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 n_261_cell (.x({n_251, n_253}), .spike(n_261));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 n_262_cell (.x({n_261, n_251, n_253}), .spike(n_262));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 n_263_cell (.x({n_262, n_258, n_255}), .spike(n_263));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 n_264_cell (
        .x({n_263, n_262, n_258, n_255}), .spike(n_264));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 n_265_cell (.x({n_260, n_264, y[8]}), .spike(n_265));
    block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m1_t0 y_9_cell (.x({n_264, y[8], n_260, n_265}), .spike(y[9]));
    block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 y_10_cell (.x({n_261, n_265, n_263}), .spike(y[10]));
    assign constant = 1'b0;
    assign y_nan = constant;
endmodule

// Fires when x[0] + x[1] >= 2: AND.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_t2 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] >= 1: x[0] and not x[1].
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_t1 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b0010;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] >= 0: NOR.
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_t0 (
    input  wire [1:0] x,
    output wire       spike
);
    wire [3:0] fires = 4'b0001;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] >= 2: x[0] or (x[1] and x[2]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t2 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1110_1010;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] >= 3: x[0] and (x[1] or x[2]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_t3 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1010_1000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] >= 1: x[0] or (x[1] and not x[2]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1010_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] >= 2: the majority, which is the carry of a full adder.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_t2 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1110_1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] >= 1: at least 2 of x[0], x[1], not x[2].
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1000_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] >= 2: x[0] and x[1] and not x[2].
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_t2 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - 2*x[2] >= 1: the parity of x[0], x[1], if x[2] is their AND.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - x[2] >= 0: at least 2 of x[0], not x[1], not x[2].
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t0 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0010_1011;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - x[2] >= 1: x[0] and not x[1] and not x[2].
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_t1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_0010;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - 2*x[2] >= 0: not x[2] and (x[0] or not x[1]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_t0 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_1011;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] - x[2] >= -1: minority.
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_tm1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0001_0111;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] - 2*x[2] >= -1: not x[2] and (not x[0] or not x[1]).
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_tm1 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b0000_0111;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + 2*x[1] + x[2] + x[3] >= 3.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_p1_t3 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1110_1110_1000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + 2*x[1] + x[2] + x[3] >= 4.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_p1_t4 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1000_1000_1000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + 2*x[1] + x[2] - x[3] >= 2.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p2_p1_m1_t2 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1000_1110_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] + x[3] >= 3.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_p1_t3 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1010_1010_1000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - x[3] >= 1: x[0] or (at least 2 of x[1], x[2], not x[3]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m1_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1110_1010_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - x[3] >= 2.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m1_t2 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1010_1000_1110_1010;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - 2*x[3] >= 1.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1010_1000_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - 2*x[3] >= 2.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t2 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_0000_1110_1010;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] + x[2] - 2*x[3] >= 3: x[0] and not x[3] and (x[1] or x[2]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_p1_m2_t3 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0000_1010_1000;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] - x[3] >= 0: x[0] or (at least 2 of x[1], not x[2], not x[3]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m1_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1010_1110_1110_1111;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] - x[3] >= 1.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m1_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_1010_1010_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] - 2*x[3] >= 0.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_1010_1110_1111;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] + x[1] - x[2] - 2*x[3] >= 1.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_p1_m1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_1000_1010_1110;
    assign spike = fires[x];
endmodule

// Fires when 2*x[0] - x[1] - x[2] - x[3] >= 0.
module block_sum_mxfp4_size4_luts_neurons_neuron_p2_m1_m1_m1_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0010_1010_1010_1011;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] - 2*x[3] >= 1: the parity of x[0], x[1], x[2], if x[3] is their
// majority.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_p1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_0000_1111_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] - x[3] >= 2: x[0] and x[1] and not x[2] and not x[3].
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m1_t2 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0000_0000_1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - x[2] - 2*x[3] >= 0.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m1_m2_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_1000_1110_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - 2*x[2] - 2*x[3] >= 0.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t0 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_1000_1000_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] - 2*x[2] - 2*x[3] >= 1: not x[2] and not x[3] and (x[0] or x[1]).
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_p1_m2_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0000_0000_1110;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - x[2] - 2*x[3] >= -1.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m1_m2_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0010_1011_1111;
    assign spike = fires[x];
endmodule

// Fires when x[0] - x[1] - 2*x[2] - 2*x[3] >= -1.
module block_sum_mxfp4_size4_luts_neurons_neuron_p1_m1_m2_m2_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0010_0010_1111;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] - x[2] - x[3] >= -1: at least 3 of not x[0], not x[1], not x[2], not
// x[3].
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m1_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0001_0001_0111;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] - x[2] - 2*x[3] >= -2.
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm2 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0001_0111_1111;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] - x[2] - 2*x[3] >= -1: not x[3] and (at least 2 of not x[0], not x[1],
// not x[2]).
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m1_m2_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0000_0001_0111;
    assign spike = fires[x];
endmodule

// Fires when -x[0] - x[1] - 2*x[2] - 2*x[3] >= -1: not x[2] and not x[3] and (not x[0] or not
// x[1]).
module block_sum_mxfp4_size4_luts_neurons_neuron_m1_m1_m2_m2_tm1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b0000_0000_0000_0111;
    assign spike = fires[x];
endmodule

`default_nettype wire
