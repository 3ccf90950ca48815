using System.Linq.Expressions;
using System.Reflection;

namespace Slipway.Server.Platform.Data;

/// <summary>
/// Puts the body of an expression in the place where another one calls it. So a rule is written once and stands in every query, also in
/// those that are compiled once.
/// </summary>
internal static class Inlining
{
    /// <summary>Stands for the body of the rule; only in expressions that are then inlined.</summary>
    public static TResult Call<T1, T2, T3, T4, TResult>(
        this Expression<Func<T1, T2, T3, T4, TResult>> rule, T1 first, T2 second, T3 third, T4 fourth) =>
        throw new InvalidOperationException($"The expression that calls {rule} was not inlined.");

    public static Expression<TDelegate> Inline<TDelegate>(this Expression<TDelegate> expression) =>
        (Expression<TDelegate>)new Calls().Visit(expression);

    private sealed class Calls : ExpressionVisitor
    {
        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node.Method.DeclaringType != typeof(Inlining))
                return base.VisitMethodCall(node);
            var rule = (LambdaExpression)Value(node.Arguments[0])!;
            var arguments = rule.Parameters.Zip(Visit(node.Arguments).Skip(1)).ToDictionary(pair => pair.First, pair => pair.Second);
            return Visit(new Parameters(arguments).Visit(rule.Body));
        }

        // A rule is a field, or a variable or parameter that the compiler made a field of.
        private static object? Value(Expression expression) => expression switch
        {
            ConstantExpression constant => constant.Value,
            MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Value(member.Expression)),
            _ => throw new ArgumentException($"{expression} is no field that holds a rule.", nameof(expression)),
        };
    }

    private sealed class Parameters(Dictionary<ParameterExpression, Expression> arguments) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => arguments.GetValueOrDefault(node, node);
    }
}
